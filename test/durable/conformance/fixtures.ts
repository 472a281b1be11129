import type { Alert } from '../../../src/alerts/alert.ts';
import type { IncidentEvent } from '../../../src/incidents/event.ts';

export function anAlert(fingerprint = 'f1'): Alert {
  return {
    fingerprint,
    status: 'firing',
    labels: { alertname: 'PodsNotReady', namespace: 'shop' },
    annotations: {},
    startsAt: '2030-01-01T00:00:00.000Z',
  };
}

export function opened(foldKey = 'shop/Deployment/cart'): IncidentEvent {
  return { type: 'opened', title: 'cart is not ready', subject: { namespace: 'shop' }, foldKey, alerts: [anAlert()] };
}

export function joined(...alerts: Alert[]): IncidentEvent {
  return { type: 'alerts_joined', count: alerts.length, alerts, namespaces: ['shop'], because: 'same workload' };
}
