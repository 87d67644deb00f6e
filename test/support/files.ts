/** The smallest PNG that is one: a single pixel, and `variant` after its end so that contents differ. */
export function aPng(variant = ''): Buffer {
  const pixel = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
  return Buffer.concat([Buffer.from(pixel, 'base64'), Buffer.from(variant)]);
}

/** What a call with a form sends. */
export interface FormCall {
  readonly body: Buffer;
  readonly headers: { readonly 'content-type': string };
}

/** A form with a file, byte by byte as any client would send it. */
export function aForm(
  bytes: Buffer,
  { type = 'image/png', filename = 'a file.png', fields = {} as Record<string, string>, part = 'file' } = {},
): FormCall {
  const boundary = 'a-boundary-of-the-tests';
  const head = (disposition: string, more = '') =>
    `--${boundary}\r\ncontent-disposition: form-data; ${disposition}\r\n${more}\r\n`;
  const before = Object.entries(fields).map(([name, value]) => `${head(`name="${name}"`)}${value}\r\n`);
  const file = head(`name="${part}"; filename="${filename}"`, `content-type: ${type}\r\n`);
  const body = Buffer.concat([Buffer.from(before.join('') + file), bytes, Buffer.from(`\r\n--${boundary}--\r\n`)]);
  return { body, headers: { 'content-type': `multipart/form-data; boundary=${boundary}` } };
}
