import { hashOf } from '../../lib/hash.ts';
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

  function contentOf(reference: string): Program | undefined {
    const { repository, tag, digest } = splitImage(reference);
    const matches = (one: string) => (digest === undefined ? one === tag : digestOf(repository, one) === digest);
    return programs.findLast(({ image }) => image.repository === repository && image.tags.some(matches));
  }

  return {
    running: new Map(),
    contentOf,
    findImage(reference, { architecture = 'amd64', credential } = {}) {
      const { repository, tag, digest } = splitImage(reference);
      const registry = repository.split('/')[0]!;
      if (registriesDown.has(registry)) return { kind: 'unreachable', reason: refusedBy(registry, repository, tag) };
      const program = removed.has(`${repository}:${tag}`) ? undefined : contentOf(reference);
      const why = program && whyDenied(program, credential, { repository, tag: digest ?? tag });
      if (why !== undefined) return { kind: 'denied', reason: why };
      if (!program) return { kind: 'missing' };
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
      if (reachable) registriesDown.delete(registry);
      else registriesDown.add(registry);
    },
  };
}

/** Without a tag an image is `latest`; a port in the registry's name isn't a tag. With a digest its tag says nothing. */
export function splitImage(reference: string): { repository: string; tag: string; digest?: string } {
  const [name = '', digest] = reference.split('@');
  const colon = name.lastIndexOf(':');
  const hasTag = colon > name.lastIndexOf('/');
  return {
    repository: hasTag ? name.slice(0, colon) : name,
    tag: hasTag ? name.slice(colon + 1) : 'latest',
    ...(digest === undefined ? {} : { digest }),
  };
}

/** The digest of an image, made up but always the same. */
export function digestOf(repository: string, tag: string): string {
  return `sha256:${hashOf({ repository, tag }, 64)}`;
}

/** In the words of containerd, as registries with passwords make it say. */
function whyDenied(
  { image }: Program,
  credential: Puller['credential'],
  { repository, tag }: { repository: string; tag: string },
): string | undefined {
  if (!image.private) return undefined;
  const denied = 'pull access denied, repository does not exist or may require authorization: authorization failed';
  if (!credential) return `${denied}: no basic auth credentials`;
  const { username, password } = image.private;
  if (credential.username === username && credential.password === password) return undefined;
  const url = manifestUrl(repository, tag);
  return `unexpected status from HEAD request to ${url}: 401 Unauthorized`;
}

function manifestUrl(repository: string, tag: string): string {
  const [registry = ''] = repository.split('/');
  return `https://${registry}/v2/${repository.slice(registry.length + 1)}/manifests/${tag}`;
}

function refusedBy(registry: string, repository: string, tag: string): string {
  const address = registry.includes(':') ? registry : `${registry}:443`;
  return `failed to do request: Head "${manifestUrl(repository, tag)}": dial tcp ${address}: connect: connection refused`;
}
