import type { Pod } from '../../kubernetes/objects.ts';
import { parseQuantity } from '../../kubernetes/quantity.ts';

/** What the runtime itself needs to start a program, or a sandbox. */
const leastMemory = 6 * 2 ** 20;

export const tooLowText = 'container init was OOM-killed (memory limit too low?)';

export function isTooLow(memoryLimit: number | undefined): boolean {
  return memoryLimit !== undefined && memoryLimit < leastMemory;
}

/** In the words of containerd. */
export function runtimeError(reason: string): string {
  const runtime = 'failed to create containerd task: failed to create shim task: OCI runtime create failed';
  return `${runtime}: runc create failed: unable to start container process: ${reason}`;
}

/** Why the sandbox doesn't start: it lives within what the containers may take together, where all of them say so. */
export function problemWithSandbox({ spec }: Pod, id: string): string | undefined {
  const limits = spec.containers.map(({ resources }) => parseQuantity(resources?.limits?.['memory'] ?? ''));
  const total = limits.reduce((sum, limit) => (sum === undefined || limit === undefined ? undefined : sum + limit), 0);
  const init = (spec.initContainers ?? []).map(
    ({ resources }) => parseQuantity(resources?.limits?.['memory'] ?? '') ?? 0,
  );
  if (total === undefined || !isTooLow(Math.max(total, ...init))) return undefined;
  const failure = `rpc error: code = Unknown desc = failed to start sandbox "${id}": ${runtimeError(tooLowText)}`;
  return `Failed to create pod sandbox: ${failure}`;
}
