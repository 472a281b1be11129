import { Program, type ProgramInput } from './program.ts';
import { type Asked, digestOf, fullRepository, refusals, registryOf, splitImage } from './registry.ts';

import type { Answer, Process } from './run_program.ts';
import type { Used } from './usage.ts';

/** A host outside the cluster. One that isn't listed has no name. */
export interface ExternalHost {
  host: string;
  reachable: boolean;
  /** Seconds that an answer takes. */
  latency?: number;
  /** The share of requests that it fails. */
  failing?: number;
}

export type ImageLookup =
  | { kind: 'found'; program: Program }
  | { kind: 'missing' }
  | { kind: 'wrong_platform' }
  | { kind: 'denied' | 'unreachable'; reason: string };

/** Who pulls an image, and for what machine. */
export interface Puller {
  architecture?: string;
  credential?: { username: string; password: string } | undefined;
}

/** Answers for one pod's address while a container of it runs. */
export type Socket = (port: number, path?: string) => Answer;

/** One container that runs, as the network and the meters see it. */
export interface Running {
  namespace: string;
  pod: string;
  podUid: string;
  node: string;
  container: string;
  startedAt: number;
  process: Process;
  socket: Socket;
  cpuLimit: number | undefined;
  memoryLimit: number | undefined;
  /** What requests add to what the program uses by itself; written by the traffic. */
  load: Load;
  used: Used;
  /** The kernel takes it away. */
  outOfMemory(): void;
}

export interface Load {
  cpuCores: number;
  memoryBytes: number;
  /** Seconds until a request is answered, beyond what it would take without any load. */
  delay: number;
  /** The share of its time for which the kernel holds it back. */
  throttled: number;
}

/** Everything outside the API that a container's fate depends on. It can be changed while the cluster lives. */
export interface World {
  /** The program behind an image reference, as its registry answers. */
  findImage(reference: string, puller?: Puller): ImageLookup;
  /** What runs when a node has the image, whatever its registry says. */
  contentOf(reference: string): Program | undefined;
  /** The last one that was added under an image is what is in it, also where it was pulled before: data grows, too. */
  addProgram(program: ProgramInput): void;
  removeTag(repository: string, tag: string): void;
  setHost(host: string, state: Omit<ExternalHost, 'host'>): void;
  host(name: string): ExternalHost | undefined;
  /** A registry that is down refuses every pull of what a node doesn't have. */
  setRegistry(registry: string, reachable: boolean): void;
  /** By pod IP; kept by the kubelets. */
  running: Map<string, Running[]>;
}

export function createWorld(description: { programs: ProgramInput[]; hosts?: ExternalHost[] }): World {
  const programs = description.programs.map(program => Program.parse(program));
  const hosts = new Map((description.hosts ?? []).map(one => [one.host, one]));
  const removed = new Set<string>();
  const registriesDown = new Set<string>();
  const registriesUp = new Set<string>();

  function contentOf(reference: string): Program | undefined {
    const { repository, tag, digest } = splitImage(reference);
    const matches = (one: string) => (digest === undefined ? one === tag : digestOf(repository, one) === digest);
    const name = fullRepository(repository);
    return programs.findLast(({ image }) => fullRepository(image.repository) === name && image.tags.some(matches));
  }

  /** A registry is there when anything ever was in it. */
  function registries(): Set<string> {
    return new Set([...programs.map(({ image }) => registryOf(image.repository)), ...registriesUp]);
  }

  function missing(repository: string, registry: string): ImageLookup {
    const name = fullRepository(repository);
    const isKnown = programs.some(({ image }) => fullRepository(image.repository) === name);
    if (isKnown || registry !== 'docker.io') return { kind: 'missing' };
    return { kind: 'denied', reason: refusals.unknownToHub() };
  }

  return {
    running: new Map(),
    contentOf,
    findImage(reference, { architecture = 'amd64', credential } = {}) {
      const { repository, tag, digest } = splitImage(reference);
      const asked = { repository, tag: digest ?? tag };
      const registry = registryOf(repository);
      if (registriesDown.has(registry)) return { kind: 'unreachable', reason: refusals.notListening(asked) };
      if (!registries().has(registry)) return { kind: 'unreachable', reason: refusals.noSuchHost(asked) };
      const program = removed.has(`${repository}:${tag}`) ? undefined : contentOf(reference);
      if (!program) return missing(repository, registry);
      const why = whyDenied(program, credential, asked);
      if (why !== undefined) return { kind: 'denied', reason: why };
      return program.image.architectures.includes(architecture)
        ? { kind: 'found', program }
        : { kind: 'wrong_platform' };
    },
    addProgram: program => {
      programs.push(Program.parse(program));
    },
    removeTag: (repository, tag) => {
      removed.add(`${repository}:${tag}`);
    },
    setHost: (host, state) => {
      hosts.set(host, { ...hosts.get(host), host, ...state });
    },
    host: name => hosts.get(name),
    setRegistry: (registry, reachable) => {
      const [now, before] = reachable ? [registriesUp, registriesDown] : [registriesDown, registriesUp];
      now.add(registry);
      before.delete(registry);
    },
  };
}

function whyDenied({ image }: Program, credential: Puller['credential'], asked: Asked): string | undefined {
  if (!image.private) return undefined;
  if (!credential) return refusals.noCredentials();
  const { username, password } = image.private;
  const fits = credential.username === username && credential.password === password;
  return fits ? undefined : refusals.wrongCredentials(asked);
}
