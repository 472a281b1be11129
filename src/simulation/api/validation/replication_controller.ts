import type { KubeObject, PodTemplate } from '../../../kubernetes/objects.ts';
import type { StatusCause } from '../client.ts';
import type { ReplicationController } from '../defaults/workload.ts';
import { forbiddenField, none, required, unsupported, wrong } from './problem.ts';
import { notNegative, templateSpecProblems } from './workload.ts';
import { inOrder } from './workload_selector.ts';

export function validateReplicationController({ spec }: ReplicationController): StatusCause[] {
  const { template, selector = {} } = spec;
  const isSelective = Object.keys(selector).length > 0;
  return [
    ...notNegative({ minReadySeconds: spec.minReadySeconds }),
    ...(isSelective ? none : [required('spec.selector')]),
    ...notNegative({ replicas: spec.replicas }),
    ...(template ? templateProblems(template, selector) : [required('spec.template')]),
  ];
}

function templateProblems(template: PodTemplate, selector: Record<string, string>): StatusCause[] {
  const path = 'spec.template';
  const labels = template.metadata?.labels;
  const { restartPolicy, activeDeadlineSeconds } = template.spec;
  const isChosen = Object.entries(selector).every(([key, value]) => labels?.[key] === value);
  const lost = '`selector` does not match template `labels`';
  return [
    ...(isChosen ? none : [wrong(`${path}.metadata.labels`, labels ? inOrder(labels) : null, lost)]),
    ...templateSpecProblems(template, path),
    ...(restartPolicy === 'Always' ? none : [unsupported(`${path}.spec.restartPolicy`, restartPolicy, ['Always'])]),
    ...(activeDeadlineSeconds === undefined
      ? none
      : [
          forbiddenField(
            `${path}.spec.activeDeadlineSeconds`,
            'activeDeadlineSeconds in ReplicationController is not Supported',
          ),
        ]),
  ];
}

export function validatePodTemplate({ template }: KubeObject & { template?: PodTemplate }): StatusCause[] {
  return template?.spec ? templateSpecProblems(template, 'template') : [required('template.spec.containers')];
}
