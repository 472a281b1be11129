import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Agent, request } from 'undici';
import { stringify } from 'yaml';
import { systemClock } from '../../src/lib/clock.ts';
import { createProcessGroup, type ProcessGroup, type RunningProgram } from './process_group.ts';
import { programFile } from './programs.ts';

/** A real Kubernetes control plane on loopback. It has no nodes. */
export interface ControlPlane {
  url: string;
  /** The certificate that the API server made for itself, as PEM. */
  certificate: string;
  /** Of the account that may do everything. */
  token: string;
  /** A file that kubectl can be given. */
  kubeconfig: string;
  /** Stops everything in the right order and takes its files away. */
  stop(): Promise<void>;
}

export interface ControlPlaneOptions {
  /** Without them objects stay as they were written. Both run unless this says otherwise. */
  controllers?: boolean;
  /** More flags for kube-apiserver. */
  flags?: readonly string[];
  /** More flags for kube-controller-manager. */
  controllerFlags?: readonly string[];
}

/** Whom the tokens stand for: the same names and groups as everywhere in these tests. */
export const userTokens = [
  { token: 'admin', user: 'admin', uid: 'admin', groups: ['system:masters'] },
  { token: 'reader', user: 'reader', uid: 'reader', groups: ['readers'] },
  { token: 'nobody', user: 'nobody', uid: 'nobody', groups: ['nobodies'] },
] as const;

const readyWithinMs = 90_000;

export async function startControlPlane(options: ControlPlaneOptions = {}): Promise<ControlPlane> {
  const folder = mkdtempSync(join(tmpdir(), 'alertwright-control-plane-'));
  const group = createProcessGroup(folder);
  const stop = async () => {
    await group.stop();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    return { ...(await startIn(folder, group, options)), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function startIn(folder: string, group: ProcessGroup, options: ControlPlaneOptions) {
  const [etcdPort, peerPort, apiPort] = await freePorts(3);
  const etcd = `http://127.0.0.1:${etcdPort}`;
  const url = `https://127.0.0.1:${apiPort}`;
  const token = userTokens[0].token;
  writeKeys(folder);
  const started = [group.start(programFile('etcd'), etcdFlags(folder, etcd, `http://127.0.0.1:${peerPort}`))];
  await untilTrue('etcd is healthy', started, () => answers(`${etcd}/health`));
  started.push(
    group.start(programFile('kube-apiserver'), [
      ...apiServerFlags(folder, etcd, String(apiPort)),
      ...(options.flags ?? []),
    ]),
  );
  const readCertificate = () => readFileSync(join(folder, 'certificates', 'apiserver.crt'), 'utf8');
  await untilTrue('the API server is ready', started, () => answers(`${url}/readyz`, { token, read: readCertificate }));
  const certificate = readCertificate();
  const kubeconfig = join(folder, 'kubeconfig');
  writeFileSync(kubeconfig, kubeconfigText({ url, certificate, token }), { mode: 0o600 });
  if (options.controllers ?? true) {
    started.push(
      group.start(programFile('kube-controller-manager'), [
        ...controllerFlags(folder, kubeconfig),
        ...(options.controllerFlags ?? []),
      ]),
      group.start(programFile('kube-scheduler'), [...clientFlags(kubeconfig)]),
    );
    const account = `${url}/api/v1/namespaces/default/serviceaccounts/default`;
    await untilTrue('the controllers are at work', started, () => answers(account, { token, read: readCertificate }));
  }
  return { url, certificate, token, kubeconfig };
}

function etcdFlags(folder: string, client: string, peer: string): string[] {
  return [
    ...['--data-dir', join(folder, 'etcd'), '--unsafe-no-fsync', '--log-level', 'error'],
    ...['--listen-client-urls', client, '--advertise-client-urls', client],
    ...['--listen-peer-urls', peer, '--initial-advertise-peer-urls', peer, '--initial-cluster', `default=${peer}`],
  ];
}

function apiServerFlags(folder: string, etcd: string, port: string): string[] {
  return [
    ...['--etcd-servers', etcd, '--bind-address', '127.0.0.1', '--secure-port', port],
    ...['--cert-dir', join(folder, 'certificates'), '--service-cluster-ip-range', '10.96.0.0/16'],
    ...['--service-account-key-file', join(folder, 'accounts.pub')],
    ...['--service-account-signing-key-file', join(folder, 'accounts.key')],
    ...['--service-account-issuer', 'https://kubernetes.default.svc'],
    ...['--authorization-mode', 'RBAC', '--token-auth-file', join(folder, 'tokens.csv')],
    ...['--endpoint-reconciler-type', 'none', '--allow-privileged'],
  ];
}

function controllerFlags(folder: string, kubeconfig: string): string[] {
  return [
    ...clientFlags(kubeconfig),
    ...['--service-account-private-key-file', join(folder, 'accounts.key'), '--controllers', '*'],
    ...['--use-service-account-credentials=false', '--root-ca-file', join(folder, 'certificates', 'apiserver.crt')],
  ];
}

/** They are alone, so there is nobody to elect; they serve nothing. */
function clientFlags(kubeconfig: string): string[] {
  return ['--kubeconfig', kubeconfig, '--leader-elect=false', '--secure-port', '0'];
}

function writeKeys(folder: string): void {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  writeFileSync(join(folder, 'accounts.pub'), publicKey.export({ type: 'spki', format: 'pem' }));
  writeFileSync(join(folder, 'accounts.key'), privateKey.export({ type: 'pkcs1', format: 'pem' }), { mode: 0o600 });
  const lines = userTokens.map(({ token, user, uid, groups }) => `${token},${user},${uid},"${groups.join()}"\n`);
  writeFileSync(join(folder, 'tokens.csv'), lines.join(''), { mode: 0o600 });
}

function kubeconfigText({ url, certificate, token }: { url: string; certificate: string; token: string }): string {
  const name = 'real';
  const authority = Buffer.from(certificate).toString('base64');
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name, cluster: { server: url, 'certificate-authority-data': authority } }],
    users: [{ name, user: { token } }],
    contexts: [{ name, context: { cluster: name, user: name } }],
    'current-context': name,
  });
}

/** All at once, so that they differ. Another program may still take one before it is used; nothing else can be done. */
async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer();
      await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
      return server;
    }),
  );
  const ports = servers.map(server => {
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('expected a TCP port, got none');
    return address.port;
  });
  await Promise.all(servers.map(server => new Promise(resolve => server.close(resolve))));
  return ports;
}

async function untilTrue(
  what: string,
  programs: readonly RunningProgram[],
  holds: () => Promise<boolean>,
): Promise<void> {
  const deadline = systemClock.now() + readyWithinMs;
  while (!(await holds())) {
    for (const program of programs) {
      const said = program.ended();
      if (said !== undefined) throw new Error(`expected that ${what}, but a program has ended:\n${said}`);
    }
    if (systemClock.now() > deadline) throw new Error(`expected that ${what} within ${readyWithinMs / 1000} s`);
    await systemClock.sleep(50);
  }
}

async function answers(url: string, secured?: { token: string; read: () => string }): Promise<boolean> {
  let agent: Agent | undefined;
  try {
    agent = new Agent(secured ? { connect: { ca: secured.read() } } : {});
    const headers = secured ? { authorization: `Bearer ${secured.token}` } : {};
    const { statusCode, body } = await request(url, { dispatcher: agent, headers });
    await body.dump();
    return statusCode === 200;
  } catch {
    return false; // It doesn't listen yet, or has not written its certificate.
  } finally {
    await agent?.close();
  }
}
