import { asObject, asText, type JsonValue } from '../webhook/json-value.js';

/**
 * The explanation inside `error_data`, or null. Meta sends an object with `details`; some answers carry the same
 * object as a JSON string, or just a sentence. Never throws.
 */
export function parseErrorDetails(errorData: JsonValue | undefined): string | null {
  const object = typeof errorData === 'string' ? parseObject(errorData) : asObject(errorData);
  return object === null ? asText(errorData) : asText(object.details);
}

function parseObject(text: string): ReturnType<typeof asObject> {
  if (!text.startsWith('{')) return null;
  try {
    return asObject(JSON.parse(text));
  } catch {
    return null;
  }
}
