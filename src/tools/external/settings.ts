/** A server of others, as a configuration names it. */
export interface ExternalSettings {
  name: string;
  at: RemotePlace | ProgramPlace;
  /** Tools that may be offered, by the name that the server gives them; `*` stands for any letters. */
  allow: readonly string[];
  /** Of those, the ones that may not. */
  deny: readonly string[];
  /** Goes before the names of its tools. */
  prefix: string;
  timeoutMs: number;
  perSecond: number;
  /** How long an answer stays good. */
  lifetimeMs: number;
}

export interface RemotePlace {
  url: string;
  /** Holds a bearer token, and is read anew when it changes. */
  tokenFile?: string | undefined;
}

export interface ProgramPlace {
  command: string;
  args: readonly string[];
  env: Readonly<Record<string, string>>;
  /** Further variables, whose values stand in files. */
  envFiles: Readonly<Record<string, string>>;
}
