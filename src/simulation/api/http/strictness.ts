import type { ServerResponse } from 'node:http';
import type { Strictness } from '../decode.ts';
import { invalid } from '../status_error.ts';
import type { Body } from './body.ts';
import type { OptionsKind } from './query.ts';

const modes = ['Ignore', 'Strict', 'Warn'] as const;

/** What `fieldValidation` asks for; whoever doesn't ask is warned. */
export function strictnessFor(
  { kind, params, response }: { kind: OptionsKind; params: URLSearchParams; response: ServerResponse },
  { text, found }: Body,
): Strictness {
  const asked = params.get('fieldValidation') || 'Warn';
  const mode = modes.find(known => known === asked);
  if (!mode) throw unknownMode(asked, kind);
  return {
    mode,
    ...(text === undefined ? {} : { text }),
    ...(found === undefined ? {} : { found }),
    warn: warning => warn(response, warning),
  };
}

/** Real servers send all their warnings in one header. */
export function warn(response: ServerResponse, text: string): void {
  const before = response.getHeader('warning');
  const warning = `299 - ${JSON.stringify(text)}`;
  response.setHeader('warning', before === undefined ? warning : `${before}, ${warning}`);
}

function unknownMode(asked: string, kind: string) {
  const supported = ['', ...modes].map(mode => JSON.stringify(mode)).join(', ');
  const message = `Unsupported value: ${JSON.stringify(asked)}: supported values: ${supported}`;
  const cause = { reason: 'FieldValueNotSupported', message, field: 'fieldValidation' };
  return invalid({ group: 'meta.k8s.io', plural: '', kind }, '', [cause]);
}
