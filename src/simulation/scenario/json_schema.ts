import { z } from 'zod';
import type { SchemaNode } from '../../lib/schema_node.ts';
import { ScenarioShape } from './scenario.ts';

/** A scenario as its file may be written, with its world in it or beside it. */
const ScenarioText = ScenarioShape.extend({
  name: ScenarioShape.shape.name.optional(),
  world: z.union([z.string(), ScenarioShape.shape.world]).describe(ScenarioShape.shape.world.description ?? ''),
});

export function scenarioJsonSchema(): SchemaNode {
  return z.toJSONSchema(ScenarioText, { io: 'input' }) as SchemaNode;
}
