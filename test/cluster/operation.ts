/** One thing that a client does to an API server, as data: it is done to a real one and to ours. */
export interface Operation {
  /** `area: what`; unique. */
  name: string;
  /** Of all but the last only the status code is compared, unless `every` is set. */
  steps: readonly Step[];
  every?: boolean;
  /** It sees nothing of the others, so it may run while they do: for those that have to wait. */
  beside?: boolean;
}

export interface Step {
  method: string;
  /** `{ns}` is a namespace of its own for each operation; `{NAME}` is what an earlier step has saved as NAME. */
  path: string;
  /** An object is sent as JSON, a text as it is. The placeholders work here too. */
  body?: unknown;
  type?: string;
  accept?: string;
  /** Whose token is sent: `admin` unless said otherwise; `none` sends no token, `stranger` one that nobody knows. */
  as?: 'admin' | 'reader' | 'nobody' | 'stranger' | 'none';
  /** What later steps need of the answer: name → path in the body. */
  save?: Record<string, string>;
  /** Asks again until this is the status code, for a while. */
  until?: number;
  /** Reads the answer as a stream of JSON lines, until there are so many events or the server ends it. */
  watch?: { events: number; during?: readonly Step[] };
}

export function operation(name: string, ...steps: readonly Step[]): Operation {
  return { name, steps };
}

/** All of its answers are compared. */
export function story(name: string, ...steps: readonly Step[]): Operation {
  return { name, steps, every: true };
}

type More = Partial<Omit<Step, 'method' | 'path' | 'body'>>;

export const get = (path: string, more: More = {}): Step => ({ method: 'GET', path, ...more });
export const post = (path: string, body: unknown, more: More = {}): Step => ({ method: 'POST', path, body, ...more });
export const put = (path: string, body: unknown, more: More = {}): Step => ({ method: 'PUT', path, body, ...more });
export const del = (path: string, body?: unknown, more: More = {}): Step =>
  body === undefined ? { method: 'DELETE', path, ...more } : { method: 'DELETE', path, body, ...more };

const patchWith =
  (type: string) =>
  (path: string, body: unknown, more: More = {}): Step => ({ method: 'PATCH', path, body, type, ...more });

export const merge = patchWith('application/merge-patch+json');
export const strategic = patchWith('application/strategic-merge-patch+json');
export const jsonPatch = patchWith('application/json-patch+json');
/** Server-side apply; the field manager belongs into the path. */
export const apply = patchWith('application/apply-patch+yaml');

export const watch = (path: string, events: number, during: readonly Step[] = []): Step => ({
  method: 'GET',
  path,
  watch: { events, during },
});

export const asTable = 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json';
export const asMetadata = 'application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io,application/json';
export const asMetadataList = 'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io,application/json';
