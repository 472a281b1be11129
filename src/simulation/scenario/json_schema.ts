import { z } from 'zod';
import { ScenarioShape } from './scenario.ts';

/** The part of JSON Schema that our schema needs. */
export interface SchemaNode {
  type?: string;
  description?: string;
  default?: unknown;
  const?: unknown;
  enum?: readonly unknown[];
  required?: readonly string[];
  properties?: Record<string, SchemaNode>;
  additionalProperties?: SchemaNode | boolean;
  items?: SchemaNode;
  anyOf?: readonly SchemaNode[];
}

/** A scenario as its file may be written, with its world in it or beside it. */
const ScenarioText = ScenarioShape.extend({
  name: ScenarioShape.shape.name.optional(),
  world: z.union([z.string(), ScenarioShape.shape.world]).describe(ScenarioShape.shape.world.description ?? ''),
});

export function scenarioJsonSchema(): SchemaNode {
  return z.toJSONSchema(ScenarioText, { io: 'input' }) as SchemaNode;
}
