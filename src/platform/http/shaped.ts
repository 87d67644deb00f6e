import { ApiProperty } from '@nestjs/swagger';
import type { JsonSchema, Shape } from '../../core/shape/shape.js';

const SHAPES = new Map<unknown, Shape>();

/**
 * Gives a DTO its shape: the validation pipe checks requests against it, and the OpenAPI document shows it. For what
 * class-validator is too slow or too weak to describe.
 */
export function Shaped(shape: Shape): ClassDecorator {
  return (target) => {
    SHAPES.set(target, shape);
  };
}

/** The shape of a DTO, or undefined when decorators describe it. */
export function shapeOf(dto: unknown): Shape | undefined {
  return SHAPES.get(dto);
}

/** The schemas of all shaped DTOs, by the names under which the document knows them. */
export function shapedSchemas(): Readonly<Record<string, JsonSchema>> {
  return Object.fromEntries([...SHAPES].map(([dto, shape]) => [(dto as { name: string }).name, shape.schema]));
}

/**
 * Documents fields that the class does not declare, each by its shape. `name` is that under which the document holds
 * the shape: Swagger refers to classes only, so each shape is stood for by one that has its name and nothing else.
 */
export function ApiShapes(
  shapes: Readonly<Record<string, { readonly name: string; readonly shape: Shape }>>,
): ClassDecorator {
  return (target) => {
    for (const [field, { name, shape }] of Object.entries(shapes)) {
      const stand = Object.defineProperty(class {}, 'name', { value: name });
      SHAPES.set(stand, shape);
      ApiProperty({ required: false, type: () => stand })(target.prototype as object, field);
    }
  };
}
