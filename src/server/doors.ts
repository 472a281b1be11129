import type { FastifyInstance } from 'fastify';
import type { Surroundings } from '../lib/fresh_files.ts';
import { createDoorkeeper } from './access.ts';
import type { Power } from './credentials.ts';
import type { Entrance } from './entrance.ts';
import { createCallLimiter } from './limits.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    door?: 'health' | Power;
  }
}

/**
 * Every call is looked at before anything of its body is read. A route to which nobody has given a door asks for
 * everything, so that one that is forgotten is closed.
 */
export function addDoors(server: FastifyInstance, { access, limits }: Entrance, surroundings: Surroundings): void {
  const admit = createDoorkeeper(access, surroundings);
  const limit = limits && createCallLimiter(limits, surroundings);
  server.addHook('onRequest', async request => {
    const { door = request.is404 ? 'deliver' : 'all' } = request.routeOptions.config;
    if (door === 'health') return;
    // Whoever may call is counted only then: nobody else can use up what is theirs.
    admit(request, door);
    limit?.(request, request.is404 ? 'all' : door);
  });
}

/** Says of all routes of a scope which door they lie behind. Call it before they are added. */
export function leadsTo(scope: FastifyInstance, door: 'health' | Power): void {
  scope.addHook('onRoute', route => {
    route.config = { ...route.config, door };
  });
}
