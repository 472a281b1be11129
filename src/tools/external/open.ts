import type { Transport } from '@modelcontextprotocol/client';
import type { ToolPins } from '../../durable/tool_pins.ts';
import type { Clock } from '../../lib/clock.ts';
import { readConfiguredFile } from '../../lib/configured_file.ts';
import { createFresh } from '../../lib/fresh_files.ts';
import type { Log } from '../../lib/log.ts';
import { cleaned } from './frame.ts';
import { createExternalServer, type ExternalServer } from './server.ts';
import type { ExternalSettings, ProgramPlace, RemotePlace } from './settings.ts';
import { openProgram, openRemote } from './transport.ts';

/** Begins to reach a server that a configuration names. Throws only when a file of the configuration can't be read. */
export function openExternalServer(
  settings: ExternalSettings,
  deps: { pins: ToolPins; clock: Clock; log: Log },
): ExternalServer {
  const { at } = settings;
  const open = 'url' in at ? remote(at, settings.name, deps) : program(at, settings.name, deps.log);
  return createExternalServer(settings, { ...deps, open });
}

type Open = () => Promise<Transport>;

function remote({ url, tokenFile }: RemotePlace, name: string, surroundings: { clock: Clock; log: Log }): Open {
  if (tokenFile === undefined) return async () => openRemote(url, () => undefined);
  const named = { file: tokenFile, what: `the tokenFile of the tool server ${name}` };
  const token = createFresh([named], ([text = '']) => text.trim(), surroundings);
  return async () => openRemote(url, token);
}

function program(place: ProgramPlace, name: string, log: Log): Open {
  const secrets = () =>
    Object.entries(place.envFiles).map(
      ([variable, file]) =>
        [variable, readConfiguredFile(file, `envFiles.${variable} of the tool server ${name}`).trim()] as const,
    );
  secrets();
  return async () => {
    const transport = openProgram({ ...place, env: { ...place.env, ...Object.fromEntries(secrets()) } });
    // Nobody else reads what it complains about, and it would wait for a reader.
    transport.stderr?.on('data', (chunk: Buffer) => {
      log.debug({ server: name, says: cleaned(chunk.toString('utf8', 0, 2_000), 500) }, 'a tool server complains');
    });
    return transport;
  };
}
