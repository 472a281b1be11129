import fc from 'fast-check';
import { expect, test } from 'vitest';
import { configMap, testServer } from './fixtures.ts';
import { as, serve } from './http_fixture.ts';

const path = '/api/v1/namespaces/default/configmaps';

async function withMaps(names: readonly string[], options: { historyLimit?: number } = {}) {
  const { server, client } = testServer(options);
  for (const name of names) await client.create('configmaps', configMap(name, {}));
  return { ...(await serve(server)), client };
}

function namesIn(body: object): string[] {
  return (body as { items: { metadata: { name: string } }[] }).items.map(({ metadata }) => metadata.name);
}

interface Page {
  continue?: string;
  remainingItemCount?: number;
  resourceVersion: string;
}

function pageOf(body: object): Page {
  return (body as { metadata: Page }).metadata;
}

test('all pages of a list are of one moment, whatever happens between them', async () => {
  const { send, client } = await withMaps(['a', 'b', 'c', 'd']);
  const first = await send('GET', `${path}?limit=2`);
  expect(namesIn(first.body)).toEqual(['a', 'b']);
  expect(pageOf(first.body).remainingItemCount).toBe(2);
  await client.delete({ resource: 'configmaps', name: 'c', namespace: 'default' });
  await client.create('configmaps', configMap('e', {}));
  const second = await send('GET', `${path}?limit=9&continue=${pageOf(first.body).continue}`);
  expect(namesIn(second.body)).toEqual(['c', 'd']);
  expect(pageOf(second.body).resourceVersion).toBe(pageOf(first.body).resourceVersion);
});

test('a list can be had as it was, as long as that is remembered', async () => {
  const { send, client } = await withMaps(['a', 'b']);
  const { resourceVersion } = pageOf((await send('GET', path)).body);
  await client.delete({ resource: 'configmaps', name: 'a', namespace: 'default' });
  await send('PATCH', `${path}/b`, { data: { changed: 'yes' } }, as.merge);
  const then = await send('GET', `${path}?resourceVersion=${resourceVersion}&resourceVersionMatch=Exact`);
  expect(namesIn(then.body)).toEqual(['a', 'b']);
  expect(JSON.stringify(then.body)).not.toContain('changed');
  expect(namesIn((await send('GET', path)).body)).toEqual(['b']);
});

test('a page that is forgotten comes with a token to go on all the same', async () => {
  const { send, client } = await withMaps(['a', 'b', 'c'], { historyLimit: 4 });
  const first = await send('GET', `${path}?limit=1`);
  for (let i = 0; i < 20; i++) await client.create('configmaps', configMap(`x${i}`, {}));
  const gone = await send('GET', `${path}?limit=1&continue=${pageOf(first.body).continue}`);
  expect(gone).toMatchObject({ code: 410, body: { reason: 'Expired' } });
  const next = await send('GET', `${path}?limit=2&continue=${pageOf(gone.body).continue}`);
  expect(namesIn(next.body)).toEqual(['b', 'c']);
});

test.each([
  ['?resourceVersion=abc', 400, /Invalid value: "abc"/],
  ['?resourceVersion=99999999', 504, /Too large resource version: 99999999, current: \d+/],
  ['?resourceVersionMatch=Exact', 422, /resourceVersionMatch is forbidden unless resourceVersion is provided/],
  ['?resourceVersion=0&resourceVersionMatch=Exact', 422, /is forbidden for resourceVersion "0"/],
  ['?sendInitialEvents=true', 422, /sendInitialEvents is forbidden for list/],
  ['?watch=1&sendInitialEvents=true', 422, /requires setting resourceVersionMatch to NotOlderThan/],
  ['?continue=abc', 400, /continue key is not valid/],
  ['?limit=x', 400, /invalid syntax/],
  ['/a?resourceVersion=99999999', 504, /Too large resource version/],
])('refuses %s', async (query, code, message) => {
  const { send } = await withMaps(['a']);
  const answer = await send('GET', `${path}${query}`);
  expect(answer.code).toBe(code);
  expect(answer.body['message']).toMatch(message);
});

test.each([
  ['n=a,', "found '', expected: identifier after ','"],
  [',', "found ',', expected: !, identifier, or 'end of string'"],
  ['x y', "unable to parse requirement: found 'y', expected: in, notin, =, ==, !=, gt, lt"],
  ['n in a', "unable to parse requirement: found 'a' expected: '('"],
  ['n in (a', "unable to parse requirement: found '', expected: ',' or ')'"],
  ['n=a b', "found 'b', expected: ',' or 'end of string'"],
  ['!', "unable to parse requirement: found '', expected: identifier"],
])('refuses the label selector %j', async (selector, message) => {
  const { send } = await withMaps([]);
  const answer = await send('GET', `${path}?labelSelector=${encodeURIComponent(selector)}`);
  expect(answer).toMatchObject({ code: 400, body: { message } });
});

test('selects by label as sets of values do', async () => {
  const { server, client } = testServer();
  const { send } = await serve(server);
  const value = fc.constantFrom('a', 'b', 'c');
  const label = fc.option(value, { nil: undefined });
  const run = fc.asyncProperty(
    fc.array(label, { maxLength: 6 }),
    fc.uniqueArray(value, { minLength: 1 }),
    async (labels, wanted) => {
      for (const { metadata } of (await client.list('configmaps', { namespace: 'default' })).items) {
        await client.delete({ resource: 'configmaps', name: metadata.name, namespace: 'default' });
      }
      for (const [index, tier] of labels.entries()) {
        const { metadata, ...rest } = configMap(`m${index}`, {});
        await client.create('configmaps', {
          ...rest,
          metadata: { ...metadata, labels: tier === undefined ? {} : { tier } },
        });
      }
      const select = async (selector: string) =>
        namesIn((await send('GET', `${path}?labelSelector=${encodeURIComponent(selector)}`)).body);
      const where = (test: (tier: string | undefined) => boolean) =>
        labels.flatMap((tier, index) => (test(tier) ? [`m${index}`] : []));
      expect(await select(`tier in (${wanted.join(', ')})`)).toEqual(where(tier => wanted.some(each => each === tier)));
      expect(await select(`tier notin (${wanted.join(',')})`)).toEqual(
        where(tier => !wanted.some(each => each === tier)),
      );
      expect(await select('tier')).toEqual(where(tier => tier !== undefined));
      expect(await select('!tier')).toEqual(where(tier => tier === undefined));
      expect(await select(`tier!=${wanted[0]}`)).toEqual(where(tier => tier !== wanted[0]));
    },
  );
  await fc.assert(run, { numRuns: 25 });
});
