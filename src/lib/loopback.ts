import type { Server } from 'node:http';
import { Server as TlsServer } from 'node:https';
import { type AddressInfo, isIPv6 } from 'node:net';

export interface Listening {
  url: string;
  /** Also ends the connections that are open. */
  close(): Promise<void>;
}

/** Listens on 127.0.0.1; port 0 takes any that is free. */
export function listenOnLoopback(server: Server | TlsServer, port: number): Promise<Listening> {
  return listenOn(server, { host: '127.0.0.1', port });
}

/** Listens where others may reach it. Of a server on every interface the URL is the one on loopback. */
export async function listenOn(
  server: Server | TlsServer,
  { host, port }: { host: string; port: number },
): Promise<Listening> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  const address = server.address() as AddressInfo;
  return {
    url: `${server instanceof TlsServer ? 'https' : 'http'}://${reachableAt(host)}:${address.port}`,
    close: () =>
      new Promise(resolve => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function reachableAt(host: string): string {
  if (host === '0.0.0.0' || host === '::') return '127.0.0.1';
  return isIPv6(host) ? `[${host}]` : host;
}
