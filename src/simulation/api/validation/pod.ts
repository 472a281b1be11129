import { amountOf } from '../../../kubernetes/kinds/amount.ts';
import type { Container, Pod, PodSpec } from '../../../kubernetes/objects.ts';
import type { StatusCause } from '../client.ts';
import { equal } from '../json.ts';
import { canonicalQuantity } from '../quantity.ts';
import { dnsLabel, forbiddenField, required, unsupported, wrong } from './metadata.ts';

export function validatePod(pod: Pod, before?: Pod): StatusCause[] {
  return before ? podChangeProblems(pod, before) : podSpecProblems(pod.spec, 'spec');
}

/** Of a pod's spec only a few fields may ever change. */
function podChangeProblems(pod: Pod, before: Pod): StatusCause[] {
  const frozen = ({ spec }: Pod) => ({
    ...spec,
    activeDeadlineSeconds: undefined,
    tolerations: undefined,
    terminationGracePeriodSeconds: undefined,
    containers: spec.containers.map(container => ({ ...container, image: '' })),
    initContainers: spec.initContainers?.map(container => ({ ...container, image: '' })),
  });
  if (equal(frozen(pod), frozen(before))) return podSpecProblems(pod.spec, 'spec');
  const mutable = ['containers[*].image', 'initContainers[*].image', 'activeDeadlineSeconds', 'tolerations'];
  const names = mutable.map(name => `\`spec.${name}\``).join(',');
  return [forbiddenField('spec', `pod updates may not change fields other than ${names}`)];
}

export function podSpecProblems(spec: PodSpec, field: string): StatusCause[] {
  const volumes = new Set((spec.volumes ?? []).map(volume => volume.name));
  const problems = (containers: Container[], path: string) => [
    ...containers.flatMap((container, index) => containerProblems(container, `${path}[${index}]`, volumes)),
    ...duplicates(containers, path),
  ];
  return [
    ...(spec.containers.length === 0 ? [required(`${field}.containers`)] : []),
    ...problems(spec.containers, `${field}.containers`),
    ...problems(spec.initContainers ?? [], `${field}.initContainers`),
    ...(spec.volumes ?? []).flatMap((volume, index) =>
      volume.name ? [] : [required(`${field}.volumes[${index}].name`)],
    ),
    ...(['Always', 'OnFailure', 'Never'].includes(spec.restartPolicy ?? '')
      ? []
      : [unsupported(`${field}.restartPolicy`, spec.restartPolicy, ['Always', 'OnFailure', 'Never'])]),
  ];
}

function duplicates(containers: Container[], path: string): StatusCause[] {
  return containers.flatMap(({ name }, index) =>
    containers.findIndex(other => other.name === name) < index
      ? [
          {
            reason: 'FieldValueDuplicate',
            message: `Duplicate value: ${JSON.stringify(name)}`,
            field: `${path}[${index}].name`,
          },
        ]
      : [],
  );
}

function containerProblems(container: Container, path: string, volumes: Set<string>): StatusCause[] {
  const { name, image, imagePullPolicy } = container;
  return [
    ...(!name
      ? [required(`${path}.name`)]
      : dnsLabel.test(name)
        ? []
        : [wrong(`${path}.name`, name, 'must be a lowercase RFC 1123 label')]),
    ...(image ? [] : [required(`${path}.image`)]),
    ...(['Always', 'IfNotPresent', 'Never'].includes(imagePullPolicy ?? '')
      ? []
      : [unsupported(`${path}.imagePullPolicy`, imagePullPolicy, ['Always', 'IfNotPresent', 'Never'])]),
    ...(container.ports ?? []).flatMap((port, index) =>
      portProblems(port.containerPort, `${path}.ports[${index}].containerPort`),
    ),
    ...(container.env ?? []).flatMap((variable, index) =>
      variable.name ? [] : [required(`${path}.env[${index}].name`)],
    ),
    ...(container.volumeMounts ?? []).flatMap((mount, index) =>
      volumes.has(mount.name)
        ? []
        : [
            {
              reason: 'FieldValueNotFound',
              message: `Not found: ${JSON.stringify(mount.name ?? '')}`,
              field: `${path}.volumeMounts[${index}].name`,
            },
          ],
    ),
    ...resourceProblems(container, `${path}.resources`),
  ];
}

export function portProblems(port: number | undefined, field: string): StatusCause[] {
  if (port === undefined) return [required(field)];
  return port > 0 && port < 65_536 ? [] : [wrong(field, port, 'must be between 1 and 65535, inclusive')];
}

function resourceProblems({ resources }: Container, path: string): StatusCause[] {
  const malformed = (['requests', 'limits'] as const).flatMap(part =>
    Object.entries(resources?.[part] ?? {})
      .filter(([, amount]) => canonicalQuantity(amount) === undefined)
      .map(([name, amount]) => wrong(`${path}.${part}[${name}]`, amount, 'expected a quantity such as 100m or 128Mi')),
  );
  return malformed.length > 0
    ? malformed
    : [...amountProblems(resources?.requests ?? {}, resources?.limits ?? {}, path)];
}

const overcommitted = ['cpu', 'memory', 'ephemeral-storage'];

/** Nobody asks for more than they may have; and of what can't be shared for less either. */
function amountProblems(requests: Record<string, string>, limits: Record<string, string>, path: string): StatusCause[] {
  return Object.entries(requests).flatMap(([name, request]) => {
    const limit = limits[name];
    const canBeMore = overcommitted.includes(name);
    const hint = 'Limit must be set for non overcommitable resources';
    if (limit === undefined) return canBeMore ? [] : [required(`${path}.limits`, hint)];
    const difference = amountOf(request).nano - amountOf(limit).nano;
    if (difference === 0n || (canBeMore && difference < 0n)) return [];
    const relation = canBeMore ? 'less than or equal to' : 'equal to';
    return [wrong(`${path}.requests`, request, `must be ${relation} ${name} limit of ${limit}`)];
  });
}
