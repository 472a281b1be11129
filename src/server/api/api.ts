import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { Store } from '../../durable/store.ts';
import type { ToolDesk } from '../../tools/desk.ts';
import { alertRoutes } from './alerts.ts';
import { elsewhere } from './elsewhere.ts';
import { type IncidentsDeps, incidentRoutes } from './incidents.ts';
import { openApiOf } from './openapi.ts';
import { addRoutes, type Route, route } from './route.ts';
import { type StatusDeps, statusRoutes } from './status.ts';
import { toolRoutes } from './tools.ts';

export interface ApiDeps extends Pick<IncidentsDeps, 'answerApproval'>, Pick<StatusDeps, 'catchUp'> {
  store: Pick<Store, 'incidents' | 'alerts' | 'inbox' | 'rejected'>;
  toolDesk?: ToolDesk | undefined;
}

/** Everything below /api/v1, described by itself. */
export function addApi(server: FastifyInstance, { store, answerApproval, catchUp, toolDesk }: ApiDeps): void {
  const routes: Route[] = [
    ...alertRoutes(store),
    ...incidentRoutes({ ...store, answerApproval }),
    ...statusRoutes({ ...store, catchUp }),
    ...(toolDesk ? toolRoutes(toolDesk) : []),
    route(
      {
        id: 'getDescription',
        method: 'GET',
        path: '/api/v1/openapi.json',
        tag: 'server',
        summary: 'This description',
        answer: { status: 200, says: 'OpenAPI 3.1.', schema: z.record(z.string(), z.unknown()) },
      },
      () => description(),
    ),
  ];
  let made: Record<string, unknown> | undefined;

  function description(): Record<string, unknown> {
    made ??= openApiOf([...routes, ...elsewhere]);
    return made;
  }

  addRoutes(server, routes);
}
