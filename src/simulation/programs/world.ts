import { Program, type ProgramInput } from './program.ts';
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
  | { kind: 'unreachable'; reason: string };

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
  findImage(reference: string): ImageLookup;
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

  function contentOf(reference: string): Program | undefined {
    const { repository, tag } = splitImage(reference);
    return programs.findLast(({ image }) => image.repository === repository && image.tags.includes(tag));
  }

  return {
    running: new Map(),
    contentOf,
    findImage(reference) {
      const { repository, tag } = splitImage(reference);
      const registry = repository.split('/')[0]!;
      if (registriesDown.has(registry)) return { kind: 'unreachable', reason: refusedBy(registry, repository, tag) };
      const program = removed.has(`${repository}:${tag}`) ? undefined : contentOf(reference);
      return program ? { kind: 'found', program } : { kind: 'missing' };
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
      if (reachable) registriesDown.delete(registry);
      else registriesDown.add(registry);
    },
  };
}

/** Without a tag an image is `latest`; a port in the registry's name isn't a tag. */
export function splitImage(reference: string): { repository: string; tag: string } {
  const colon = reference.lastIndexOf(':');
  if (colon <= reference.lastIndexOf('/')) return { repository: reference, tag: 'latest' };
  return { repository: reference.slice(0, colon), tag: reference.slice(colon + 1) };
}

function refusedBy(registry: string, repository: string, tag: string): string {
  const url = `https://${registry}/v2/${repository.slice(registry.length + 1)}/manifests/${tag}`;
  const address = registry.includes(':') ? registry : `${registry}:443`;
  return `failed to do request: Head "${url}": dial tcp ${address}: connect: connection refused`;
}
