import type { Container, Pod } from '../../kubernetes/objects.ts';
import { hashOf } from '../../lib/hash.ts';
import type { Program } from '../programs/program.ts';
import { type ImageLookup, splitImage } from '../programs/world.ts';
import { createBackoff } from './backoff.ts';
import { type NodeContext, pace } from './node_context.ts';

export interface ImageRequest {
  pod: Pod;
  container: Container;
  fieldPath: string;
  /** Says why the container waits. */
  onWaiting(reason: string, message: string): void;
  signal: AbortSignal;
}

/** Sees to it that the node has the container's image, however long that takes, and returns what is in it. */
export async function provideImage(node: NodeContext, request: ImageRequest): Promise<Program> {
  const { pod, container, fieldPath, onWaiting, signal } = request;
  const say = (type: 'Normal' | 'Warning', reason: string, message: string) =>
    node.events.record(pod, { type, reason, message, fieldPath });
  const backoff = createBackoff();
  for (;;) {
    const obstacle = obstacleBeforePull(node, container);
    if (obstacle) {
      onWaiting(obstacle.reason, obstacle.message);
      say('Warning', obstacle.event, obstacle.message);
      say('Warning', 'Failed', `Error: ${obstacle.reason}`);
      await node.clock.sleep(node.syncEvery, signal);
      continue;
    }
    const pulled = await pull(node, request, say);
    if (typeof pulled !== 'string') return pulled;
    const failedAt = node.clock.now();
    onWaiting('ErrImagePull', pulled);
    backoff.next(failedAt);
    await node.clock.sleep(pace.sync, signal);
    for (
      let left = backoff.left(failedAt, node.clock.now());
      left > 0;
      left = backoff.left(failedAt, node.clock.now())
    ) {
      const message = `Back-off pulling image "${container.image}"`;
      say('Normal', 'BackOff', message);
      say('Warning', 'Failed', 'Error: ImagePullBackOff');
      onWaiting('ImagePullBackOff', `${message}: ErrImagePull: ${pulled}`);
      await node.clock.sleep(Math.min(left, node.syncEvery), signal);
    }
  }
}

/** The digest of an image, made up but always the same. */
export function imageId(program: Program, image: string): string {
  return `${program.image.repository}@sha256:${hashOf(splitImage(image), 64)}`;
}

type Say = (type: 'Normal' | 'Warning', reason: string, message: string) => void;

/** Returns the program, or why there is none. */
async function pull(node: NodeContext, { container, signal }: ImageRequest, say: Say): Promise<Program | string> {
  const { image } = container;
  const present = node.images.has(image) ? node.world.contentOf(image) : undefined;
  if (present && pullPolicy(container) !== 'Always') {
    say('Normal', 'Pulled', `Container image "${image}" already present on machine and can be accessed by the pod`);
    return present;
  }
  say('Normal', 'Pulling', `Pulling image "${image}"`);
  const time = pullTime(node.world.findImage(image), image);
  await node.clock.sleep(time, signal);
  const answer = node.world.findImage(image);
  if (answer.kind === 'found') {
    node.images.add(image);
    const size = `Image size: ${answer.program.image.sizeBytes} bytes.`;
    say('Normal', 'Pulled', `Successfully pulled image "${image}" in ${time}ms (${time}ms including waiting). ${size}`);
    return answer.program;
  }
  const failure = `failed to pull and unpack image "${image}": failed to resolve image: `;
  const message =
    answer.kind === 'missing'
      ? `rpc error: code = NotFound desc = ${failure}${image}: not found`
      : `${failure}${answer.reason}`;
  say('Warning', 'Failed', `Failed to pull image "${image}": ${message}`);
  say('Warning', 'Failed', 'Error: ErrImagePull');
  return message;
}

/** A registry answers within a second; what it sends arrives at 100 MB a second. */
function pullTime(lookup: ImageLookup, image: string): number {
  const answer = 300 + (Number.parseInt(hashOf(image, 4), 16) % 400);
  return answer + (lookup.kind === 'found' ? Math.round(lookup.program.image.sizeBytes / 100_000) : 0);
}

function pullPolicy({ image, imagePullPolicy }: Container): string {
  return imagePullPolicy ?? (splitImage(image).tag === 'latest' ? 'Always' : 'IfNotPresent');
}

function obstacleBeforePull(node: NodeContext, container: Container) {
  const { image } = container;
  const invalid = whyInvalid(image);
  if (invalid !== undefined) {
    const message = `Failed to apply default image tag "${image}": couldn't parse image name "${image}": ${invalid}`;
    return { reason: 'InvalidImageName', event: 'InspectFailed', message };
  }
  if (container.imagePullPolicy !== 'Never' || node.images.has(image)) return undefined;
  const message = `Container image "${image}" is not present with pull policy of Never`;
  return { reason: 'ErrImageNeverPull', event: 'ErrImageNeverPull', message };
}

const wellFormed = /^([\w.-]+(:\d+)?\/)?[a-z0-9]+([._/-]+[a-z0-9]+)*(:\w[\w.-]{0,127})?(@sha256:[0-9a-f]{64})?$/;

function whyInvalid(image: string): string | undefined {
  if (wellFormed.test(image)) return undefined;
  const [name = ''] = image.split(':');
  const full = name.includes('/') ? name : `library/${name}`;
  const isUpper = name !== name.toLowerCase();
  return `invalid reference format${isUpper ? `: repository name (${full}) must be lowercase` : ''}`;
}
