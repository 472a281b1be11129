import { conditions, flag, int, intOrText, kindOf, labelSelector, objectOf, text } from './json_types.ts';
import { template } from './pod.ts';

const workloadStatus = objectOf({
  observedGeneration: int,
  replicas: int,
  updatedReplicas: int,
  readyReplicas: int,
  availableReplicas: int,
  unavailableReplicas: int,
  conditions,
});

export const deploymentShape = kindOf({
  spec: objectOf({
    replicas: int,
    selector: labelSelector,
    template,
    strategy: objectOf({ type: text, rollingUpdate: objectOf({ maxSurge: intOrText, maxUnavailable: intOrText }) }),
    minReadySeconds: int,
    revisionHistoryLimit: int,
    progressDeadlineSeconds: int,
    paused: flag,
  }),
  status: workloadStatus,
});

export const replicaSetShape = kindOf({
  spec: objectOf({ replicas: int, selector: labelSelector, template, minReadySeconds: int }),
  status: workloadStatus,
});

export const scaleShape = kindOf({ spec: objectOf({ replicas: int }) });
