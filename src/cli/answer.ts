import { userInfo } from 'node:os';
import { type ExitCode, exitCodes } from '../lib/errors.ts';
import { createApiClient, type ServerOptions } from './api_client.ts';
import type { Context } from './program.ts';

export interface AnswerOptions extends ServerOptions {
  incident: string;
  verb: 'approve' | 'reject';
  plan: string;
  by?: string;
  reason?: string;
}

/** Tells a running server what a person says about a plan. */
export async function answer(options: AnswerOptions, { terminal }: Context): Promise<ExitCode> {
  const { incident, verb, plan, by = userInfo().username, reason = '' } = options;
  const said = { plan, approve: verb === 'approve', by, reason };
  await createApiClient(options).post(`/api/v1/incidents/${encodeURIComponent(incident)}/approval`, said);
  terminal.out(`${verb === 'approve' ? 'approved' : 'rejected'}: plan ${plan} of ${incident}, by ${by}`);
  return exitCodes.ok;
}
