import { type Access, loadCredentials } from '../kubernetes/credentials.ts';
import { AlertwrightError, type ExitCode, exitCodes } from '../lib/errors.ts';
import { type GuestCluster, startGuestCluster } from '../simulation/guest_cluster.ts';
import { loadScenario } from '../simulation/scenario/load.ts';
import type { ClusterOptions } from './cluster.ts';
import { untilInterrupted } from './interrupt.ts';
import type { Context } from './program.ts';
import type { Terminal } from './terminal.ts';

/** Plays the nodes of a control plane that somebody else runs, with a scenario on it, until it is interrupted. */
export async function guestCluster(on: string, options: ClusterOptions, { terminal }: Context): Promise<ExitCode> {
  const scenario = loadScenario(options.scenario);
  const credentials = await loadCredentials({ kubeconfig: on });
  const { server, headers, tls } = await credentials.access();
  requireLoopback(server, options.really);
  const interrupted = untilInterrupted();
  const access = { url: server.href.replace(/\/$/, ''), ...tokenIn(headers), ...certificatesIn(tls) };
  const running = await startGuestCluster({ scenario, access, speed: options.speed });
  try {
    await Promise.race([interrupted, play(running, scenario.name, options, terminal)]);
    await interrupted;
    return exitCodes.ok;
  } finally {
    await running.close();
  }
}

async function play(
  cluster: GuestCluster,
  scenario: string,
  options: ClusterOptions,
  { out }: Terminal,
): Promise<void> {
  const { well = false, alertTo, json } = options;
  await cluster.settle();
  if (alertTo !== undefined) cluster.alertTo(alertTo);
  if (json) out(JSON.stringify({ url: cluster.url, scenario, well }));
  else out(`The world of ${scenario} is up on ${cluster.url}, and goes when this ends.`);
  if (!well) await cluster.injectFault();
}

const loopback = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/** A scenario breaks things: where others may work, one has to be told twice. */
function requireLoopback({ hostname }: URL, really: string | undefined): void {
  if (loopback.test(hostname) || really === hostname) return;
  const message = `expected an API server on this machine, got ${hostname}`;
  throw new AlertwrightError('cluster_not_on_loopback', message, {
    remedy: `A scenario creates, breaks and deletes things there. If that is what you want, add --really ${hostname}.`,
    exitCode: exitCodes.usage,
  });
}

function tokenIn({ authorization, Authorization }: Access['headers']): { token?: string } {
  const token = /^Bearer (.+)$/.exec(authorization ?? Authorization ?? '')?.[1];
  return token === undefined ? {} : { token };
}

function certificatesIn({ ca, cert, key }: Access['tls']) {
  const text = (value: string | Buffer) => value.toString();
  return {
    ...(ca === undefined ? {} : { certificate: text(ca) }),
    ...(cert === undefined || key === undefined
      ? {}
      : { clientCertificate: { certificate: text(cert), key: text(key) } }),
  };
}
