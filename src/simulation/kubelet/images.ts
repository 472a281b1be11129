import type { Container } from '../../kubernetes/objects.ts';
import { hashOf } from '../../lib/hash.ts';
import type { Program } from '../programs/program.ts';
import { digestOf, fullImage, splitImage } from '../programs/registry.ts';
import type { ImageLookup } from '../programs/world.ts';
import { createBackoff, formatDuration } from './backoff.ts';
import { whyInvalid } from './image_name.ts';
import { containerPath, type NodeContext } from './node_context.ts';
import type { ContainerRecord, PodRecord, StartFailure } from './pod_record.ts';
import { type Credential, credentialsFor } from './pull_credentials.ts';

export type ImageOutcome = { kind: 'present'; program: Program } | ({ kind: 'failed' } & StartFailure);

type Say = (type: 'Normal' | 'Warning', reason: string, message: string) => void;

/** The images on a node. */
export interface NodeImages {
  has(image: string, credentials: () => Promise<Credential[]>): Promise<boolean>;
  isThere(image: string): boolean;
  /** `by` is the credential that it took. */
  add(image: string, by: Credential | undefined): void;
  /** A node pulls one image after the other. */
  inTurn<T>(pull: () => Promise<T>): Promise<T>;
}

export function createNodeImages(present: readonly string[]): NodeImages {
  const images = new Map<string, 'anybody' | Set<string>>(present.map(image => [image, 'anybody']));
  let last: Promise<unknown> = Promise.resolve();
  return {
    isThere: image => images.has(image),
    // Whoever couldn't have pulled it may not use it either.
    async has(image, credentials) {
      const known = images.get(image);
      if (known === undefined || known === 'anybody') return known !== undefined;
      return (await credentials()).some(one => known.has(hashOf(one)));
    },
    add(image, by) {
      const known = images.get(image);
      if (!by || known === 'anybody') images.set(image, 'anybody');
      else images.set(image, new Set([...(known ?? []), hashOf(by)]));
    },
    inTurn(pull) {
      const mine = last.then(pull, pull);
      last = mine.catch(() => undefined);
      return mine;
    },
  };
}

/** Sees to it that the node has the container's image, or says why it hasn't. */
export async function ensureImage(record: PodRecord, { spec, isInit }: ContainerRecord): Promise<ImageOutcome> {
  const { node, pod } = record;
  const { image } = spec;
  const fieldPath = containerPath(spec.name, isInit);
  const say: Say = (type, reason, message) => node.events.record(pod, { type, reason, message, fieldPath });
  const invalid = whyInvalid(image);
  if (invalid !== undefined) {
    const message = `Failed to apply default image tag "${image}": couldn't parse image name "${image}": ${invalid}`;
    say('Warning', 'InspectFailed', message);
    return failed('InvalidImageName', message, say);
  }
  const credentials = () => credentialsFor(node.client, pod, splitImage(image).repository);
  const policy = pullPolicy(spec);
  const present = policy !== 'Always' && (await node.images.has(image, credentials));
  const program = present ? node.world.contentOf(image) : undefined;
  if (program) {
    say('Normal', 'Pulled', `Container image "${image}" already present on machine and can be accessed by the pod`);
    return { kind: 'present', program };
  }
  if (policy === 'Never') {
    const message = `Container image "${image}" is not present with pull policy of Never`;
    say('Warning', 'ErrImageNeverPull', message);
    return failed('ErrImageNeverPull', message, say);
  }
  return pullUnlessTooSoon(record, image, await credentials(), say);
}

/** The digest of an image, made up but always the same. */
export function imageId(program: Program, image: string): string {
  const { tag, digest } = splitImage(image);
  return `${program.image.repository}@${digest ?? digestOf(program.image.repository, tag)}`;
}

function failed(reason: string, message: string, say: Say): ImageOutcome {
  say('Warning', 'Failed', `Error: ${reason}`);
  return { kind: 'failed', reason, message };
}

async function pullUnlessTooSoon(
  { node, imageBackoffs }: PodRecord,
  image: string,
  credentials: Credential[],
  say: Say,
): Promise<ImageOutcome> {
  const tries = imageBackoffs.get(image) ?? { backoff: createBackoff() };
  imageBackoffs.set(image, tries);
  const lastTry = tries.failedAt ?? -Infinity;
  if (tries.backoff.left(lastTry, node.clock.now()) > 0) {
    const message = `Back-off pulling image "${image}"`;
    say('Normal', 'BackOff', message);
    return failed('ImagePullBackOff', `${message}: ErrImagePull: ${tries.error}`, say);
  }
  const pulled = await pull(node, image, credentials, say);
  if (typeof pulled !== 'string') return { kind: 'present', program: pulled };
  tries.error = pulled;
  tries.failedAt = node.clock.now();
  tries.backoff.next(tries.failedAt, tries.failedAt);
  return failed('ErrImagePull', pulled, say);
}

/** Returns the program, or why there is none. */
async function pull(node: NodeContext, image: string, credentials: Credential[], say: Say): Promise<Program | string> {
  say('Normal', 'Pulling', `Pulling image "${image}"`);
  const askedAt = node.clock.now();
  const { program, error, time } = await node.images.inTurn(() => fetchImage(node, image, credentials));
  if (!program) {
    say('Warning', 'Failed', `Failed to pull image "${image}": ${error}`);
    return error;
  }
  const took = `${formatDuration(time)} (${formatDuration(node.clock.now() - askedAt)} including waiting)`;
  const size = `Image size: ${program.image.sizeBytes} bytes.`;
  say('Normal', 'Pulled', `Successfully pulled image "${image}" in ${took}. ${size}`);
  return program;
}

async function fetchImage(node: NodeContext, image: string, credentials: Credential[]) {
  const time = pullTime(lookUp(node, image, credentials).answer, image);
  await node.clock.sleep(time, node.stopped);
  const { answer, by } = lookUp(node, image, credentials);
  if (answer.kind !== 'found') return { program: undefined, error: errorOf(answer, image), time };
  node.images.add(image, answer.program.image.private ? by : undefined);
  return { program: answer.program, error: '', time };
}

/** Tries one credential after the other; the last answer counts. */
function lookUp({ world, architecture }: NodeContext, image: string, credentials: Credential[]) {
  let by = credentials[0];
  let answer = world.findImage(image, { architecture, credential: by });
  for (const credential of credentials.slice(1)) {
    if (answer.kind !== 'denied') break;
    by = credential;
    answer = world.findImage(image, { architecture, credential });
  }
  return { answer, by };
}

/** In the words of containerd. */
function errorOf(answer: Exclude<ImageLookup, { kind: 'found' }>, image: string): string {
  const full = fullImage(image);
  const failure = `failed to pull and unpack image "${full}": `;
  const notFound = 'rpc error: code = NotFound desc = ';
  if (answer.kind === 'missing') return `${notFound}${failure}failed to resolve image: ${full}: not found`;
  if (answer.kind === 'wrong_platform') return `${notFound}${failure}no match for platform in manifest: not found`;
  return `${failure}failed to resolve image: ${answer.reason}`;
}

const dialTimeoutMs = 30_000;

/** A registry answers within a second; what it sends arrives at 100 MB a second. */
function pullTime(lookup: ImageLookup, image: string): number {
  if (lookup.kind === 'unreachable' && lookup.reason.endsWith('i/o timeout')) return dialTimeoutMs;
  const answer = 300 + (Number.parseInt(hashOf(image, 4), 16) % 400);
  return answer + (lookup.kind === 'found' ? Math.round(lookup.program.image.sizeBytes / 100_000) : 0);
}

function pullPolicy({ image, imagePullPolicy }: Container): string {
  return imagePullPolicy ?? (splitImage(image).tag === 'latest' ? 'Always' : 'IfNotPresent');
}
