import { type ContainerStatus, seconds } from './status.ts';

// What Kubernetes itself calls the ways in which a container is broken; the same on every cluster.

/** A container that crashes again and again may be caught while it looks well. */
export function isInTrouble({ ready, restarts, lastExit }: ContainerStatus): boolean {
  const lately = 600;
  const ended = seconds(/^last exit (.+?) ago/.exec(lastExit)?.[1] ?? '') ?? Number.POSITIVE_INFINITY;
  return !ready || (restarts > 1 && ended < lately);
}

export function cannotPull({ state }: ContainerStatus): boolean {
  return /\b(ErrImagePull|ImagePullBackOff|InvalidImageName|ErrImageNeverPull|ImageInspectError)\b/.test(state);
}

/** The registry itself is the trouble: it says nothing about this image. */
export function registryIsAway({ state }: ContainerStatus): boolean {
  return /dial tcp|connection refused|no such host|i\/o timeout|TLS handshake|no route to host|too many requests|50[234] /i.test(
    state,
  );
}

export function isOutOfMemory({ state, lastExit }: ContainerStatus): boolean {
  return /\bOOMKilled\b/.test(`${state} ${lastExit}`);
}

export function cannotStart({ state, lastExit }: ContainerStatus): boolean {
  const words =
    /\b(StartError|RunContainerError|ContainerCannotRun|executable file not found|command (?:was )?not found)\b|exec: "/;
  return words.test(`${state} ${lastExit}`);
}

/** It ended with an error, and not because somebody asked it to. */
export function crashes({ state, lastExit, restarts }: ContainerStatus): boolean {
  const code = Number(/exit code (\d+)/.exec(`${state} ${lastExit}`)?.[1] ?? 0);
  return (restarts > 0 || state.startsWith('stopped')) && code !== 0 && code !== 143;
}

/** It runs, and a probe says that it doesn't do its work. */
export function hangs({ state }: ContainerStatus): boolean {
  return /^running\b.*\bNOT ready\b.*\bprobe\b/.test(state);
}

export function missingConfiguration(text: string): { kind: 'ConfigMap' | 'Secret'; name: string } | undefined {
  const [, kind, name] = /\b(configmaps?|secrets?) "([\w./-]+)" not found/i.exec(text) ?? [];
  const [, key, place] = /couldn't find key \S+ in (ConfigMap|Secret) (?:\S+\/)?([\w.-]+)/i.exec(text) ?? [];
  const found = (kind ?? key)?.toLowerCase();
  const named = name ?? place;
  if (found === undefined || named === undefined) return undefined;
  return { kind: found.startsWith('secret') ? 'Secret' : 'ConfigMap', name: named };
}
