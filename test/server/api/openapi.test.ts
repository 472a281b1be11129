import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Validator } from '@seriousme/openapi-schema-validator';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect, test } from 'vitest';
import { isRecord } from '../../../src/lib/json.ts';
import { packageRoot } from '../../../src/lib/package_root.ts';
import { askingIncident, type Bench, bench, webhookBody } from '../support.ts';

interface Description {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, object> };
}

interface Operation {
  operationId: string;
  parameters?: { name: string; in: string; required?: boolean }[];
  responses: Record<string, { content: { 'application/json': { schema: object } } }>;
}

async function describedBy({ server }: Pick<Bench, 'server'>): Promise<Description> {
  return (await server.inject('/api/v1/openapi.json')).json<Description>();
}

/** `GET /api/v1/incidents/:id`, from a tree in which every line goes on from the ones that it hangs below. */
function routesOf({ server }: Bench): string[] {
  const path: string[] = [];
  return server
    .printRoutes({ commonPrefix: false })
    .split('\n')
    .flatMap(line => {
      const [, indent = '', part = '', methods = ''] = /^([│├└─\s]*)(\S+)(?: \((.*)\))?$/.exec(line) ?? [];
      path.splice(indent.length / 4 - 1, path.length, part);
      const url = path.join('');
      return methods === '' ? [] : methods.split(', ').map(method => `${method} ${url}`);
    })
    .filter(route => !/^(HEAD|OPTIONS) /.test(route));
}

/** A schema that lets nothing pass which it does not name: what answers hold must be described. */
function closed(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(closed);
  if (!isRecord(schema)) return schema;
  const inner = Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, closed(value)]));
  return isRecord(schema['properties']) ? { additionalProperties: false, ...inner } : inner;
}

test('the description is valid OpenAPI, and its schemas are valid too', async () => {
  const description = await describedBy(bench());
  expect(await new Validator().validate({ ...structuredClone(description) })).toEqual({ valid: true });
  const ajv = new Ajv2020({ strict: true, allowUnionTypes: true, formats: { 'date-time': true } });
  ajv.addVocabulary(['components', 'info', 'openapi', 'paths', 'security', 'servers', 'tags']);
  ajv.addSchema({ $id: 'api', ...description });
  for (const name of Object.keys(description.components.schemas))
    expect(ajv.compile({ $ref: `api#/components/schemas/${name}` })).toBeTypeOf('function');
});

test('every route of the server is described, and nothing else', async () => {
  const desk = bench();
  await desk.server.ready();
  const { paths } = await describedBy(desk);
  const described = Object.entries(paths).flatMap(([path, operations]) =>
    Object.keys(operations).map(method => `${method.toUpperCase()} ${path.replaceAll(/\{(\w+)\}/g, ':$1')}`),
  );
  expect(described.length).toBeGreaterThan(10);
  expect(described.sort()).toEqual(routesOf(desk).sort());
});

test('the page about the API names the routes of it, all of them and no others', async () => {
  const page = readFileSync(join(packageRoot, 'docs/api.md'), 'utf8');
  const named = [...page.matchAll(/^\| `(GET|POST) (\S+)`/gm)].map(([, method, path]) => `${method} ${path}`);
  const { paths } = await describedBy(bench());
  const routes = Object.entries(paths).flatMap(([path, operations]) =>
    Object.keys(operations).map(method => `${method.toUpperCase()} ${path}`),
  );
  expect(named.sort()).toEqual(routes.filter(route => route.includes(' /api/v1/')).sort());
});

test('parameters of a path are described where they stand in it, and operations have names of their own', async () => {
  const { paths } = await describedBy(bench());
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.values(methods).map(operation => ({ path, ...operation })),
  );
  for (const { path, parameters = [] } of operations) {
    const named = parameters.filter(({ in: place, required }) => place === 'path' && required).map(({ name }) => name);
    expect(named).toEqual([...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name));
  }
  expect(new Set(operations.map(({ operationId }) => operationId)).size).toBe(operations.length);
});

test('real answers, and refusals, are what is described, and have no field that is not', async () => {
  const desk = bench({ catchUp: () => ({ lookedAt: '2026-11-21T10:00:00Z' }) });
  const { id, plan } = await askingIncident(desk);
  await desk.server.inject({ method: 'POST', url: '/webhook', body: webhookBody('cart-2', 'till-1') });
  const half = { alerts: [{ labels: { alertname: 'A' } }, { labels: {}, startsAt: 'yesterday' }] };
  const description = await describedBy(desk);
  const ajv = new Ajv2020({ allowUnionTypes: true, formats: { 'date-time': isInstant }, strict: false });
  ajv.addSchema({ ...(closed({ components: description.components }) as object), $id: 'api' });
  const seen = new Set<string>();

  async function check(method: 'GET' | 'POST', url: string, status: number, body?: object): Promise<void> {
    const answer = await desk.server.inject({ method, url, ...(body ? { body } : {}) });
    expect([url, answer.statusCode]).toEqual([url, status]);
    const path = url.split('?')[0]!.replace(/inc-\w+/, '{id}');
    const { responses, operationId } = description.paths[path]![method.toLowerCase()]!;
    const { schema } = responses[status]!.content['application/json'];
    const local = JSON.parse(JSON.stringify(schema).replaceAll('"#/', '"api#/'));
    const validate = ajv.compile(closed(local) as object);
    expect({ url, valid: validate(answer.json()), errors: validate.errors }).toMatchObject({ valid: true });
    if (status < 300) seen.add(operationId);
  }

  await check('POST', '/webhook', 200, half);
  await check('POST', '/api/v2/webhook/alertmanager', 200, half);
  await check('POST', '/webhook', 400, { alerts: 'none' });
  await desk.settled();
  await check('GET', '/api/v1/alerts?limit=2', 200);
  await check('GET', '/api/v1/alerts/rejected', 200);
  await check('GET', '/api/v1/incidents?limit=1', 200);
  await check('GET', '/api/v1/incidents?state=gone', 400);
  await check('GET', `/api/v1/incidents/${id}`, 200);
  await check('GET', '/api/v1/incidents/inc-none', 404);
  await check('GET', `/api/v1/incidents/${id}/events?limit=2`, 200);
  await check('GET', `/api/v1/incidents/${id}/events`, 200);
  await check('GET', `/api/v1/incidents/${id}/alerts`, 200);
  await check('POST', `/api/v1/incidents/${id}/approval`, 409, { plan: 'other', approve: true, by: 'ada' });
  await check('POST', `/api/v1/incidents/${id}/approval`, 202, { plan, approve: true, by: 'ada' });
  await check('GET', '/api/v1/status', 200);
  await check('GET', '/api/v1/tools', 200);
  await check('POST', '/api/v1/tools/confirmation', 409, { server: 'other', tool: 'look', hash: 'a1', by: 'ada' });
  await check('POST', '/api/v1/tools/confirmation', 200, { server: 'other', tool: 'look', hash: 'b2', by: 'ada' });
  await check('GET', '/api/v1/openapi.json', 200);
  await check('GET', '/healthz', 200);
  await check('GET', '/readyz', 200);
  expect(description.paths['/metrics']?.['get']?.responses[200]?.content).toEqual({
    'text/plain': { schema: { type: 'string' } },
  });
  seen.add('getMetrics');
  const all = Object.values(description.paths).flatMap(methods => Object.values(methods));
  expect([...seen].sort()).toEqual(all.map(({ operationId }) => operationId).sort());
});

function isInstant(text: string): boolean {
  return Number.isFinite(Date.parse(text));
}
