import type { Model } from './model.ts';
import { createOpenAiModel, type OpenAiOptions } from './openai.ts';
import { startScriptedModel } from './scripted/server.ts';

/** A scripted policy by its name, or an endpoint that speaks chat completions. */
export type ModelChoice = { kind: 'scripted'; policy: string } | ({ kind: 'openai' } & OpenAiOptions);

/** Rules in the place of a language model: what the demo plays with. */
export const scriptedDiagnostician: ModelChoice = { kind: 'scripted', policy: 'scripted-diagnostician' };

/** What events and reports will call it. */
export function nameOfModel(choice: ModelChoice): string {
  return choice.kind === 'scripted' ? choice.policy : choice.name;
}

/** The scripted policies answer over HTTP too, so that the adapter which runs is the real one. */
export async function openModel(choice: ModelChoice): Promise<{ model: Model; close(): Promise<void> }> {
  if (choice.kind === 'openai') return { model: createOpenAiModel(choice), close: async () => {} };
  const { url, close } = await startScriptedModel();
  const options = { name: choice.policy, baseUrl: url, timeoutMs: 10_000, maxRetries: 0 };
  return { model: createOpenAiModel(options), close };
}
