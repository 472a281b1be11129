import type { Container, Pod, PodSpec } from '../../kubernetes/objects.ts';

/** An init container that stays: the pod goes on as soon as it has started. */
export function isSidecar(container: Container, spec: PodSpec): boolean {
  return (
    container.restartPolicy === 'Always' && (spec.initContainers ?? []).some(({ name }) => name === container.name)
  );
}

/** Whether a container that ended so is to be started again: its own rules first, then its policy, then the pod's. */
export function restartsAfter(container: Container, spec: PodSpec, exitCode: number): boolean {
  if (container.restartPolicy !== undefined) {
    const rule = container.restartPolicyRules?.find(({ exitCodes }) => {
      const listed = exitCodes?.values?.includes(exitCode) ?? false;
      return exitCodes !== undefined && (exitCodes.operator === 'In' ? listed : !listed);
    });
    if (rule?.action === 'Restart' || rule?.action === 'RestartAllContainers') return true;
  }
  const policy = container.restartPolicy ?? spec.restartPolicy ?? 'Always';
  return policy === 'Always' || (policy === 'OnFailure' && exitCode !== 0);
}

/** Whether a container that a probe killed comes back: rules about exit codes don't count while it still runs. */
export function restartsAfterKill(container: Container, spec: PodSpec): boolean {
  return (container.restartPolicy ?? spec.restartPolicy) !== 'Never';
}

export function isBeingDeleted({ metadata }: Pod): boolean {
  return metadata.deletionTimestamp !== undefined;
}
