import { Readable } from 'node:stream';
import multipart from '@fastify/multipart';
import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { GatewayError } from '../../core/gateway-error.js';

/** One part of an upload, in the order in which they come. A file has to be read before the next part comes. */
export type UploadPart =
  | { readonly kind: 'field'; readonly name: string; readonly value: string }
  | {
      readonly kind: 'file';
      readonly name: string;
      readonly filename: string | null;
      readonly mimeType: string | null;
      readonly content: Readable;
    };

/** A form has a file and a few short fields. The file's own limit belongs to whoever stores it. */
const LIMITS = { files: 1, fields: 10, parts: 11, fieldSize: 4096, headerPairs: 100, fileSize: 1024 * 1024 * 1024 };

/** Configuration of a route that takes forms; everywhere else a form is refused like any other foreign content type. */
export const TAKES_FORMS: object = { takesForms: true };

/** Marks a handler that takes forms. */
export const TakesForms = () => RouteConfig(TAKES_FORMS);

/** Lets `server` take forms with files on the routes that say so. */
export function takeForms(server: FastifyInstance): void {
  server.register(multipart, { limits: LIMITS, throwFileSizeLimit: true });
  server.addHook('preValidation', async (request) => {
    const { takesForms } = request.routeOptions.config as { takesForms?: boolean };
    if (request.isMultipart() && takesForms !== true) {
      throw new GatewayError('unsupported_media_type', 'This operation does not take forms.');
    }
  });
}

/** The parts of a form as they arrive. Throws `unsupported_media_type` for anything but a form. */
export async function* partsOf(request: FastifyRequest): AsyncGenerator<UploadPart> {
  if (!request.isMultipart()) {
    throw new GatewayError('unsupported_media_type', 'Send the file as multipart/form-data, in a part named file.');
  }
  for await (const part of asTheCallers(request.parts())) {
    yield part.type === 'file'
      ? {
          kind: 'file',
          name: part.fieldname,
          filename: part.filename === '' ? null : (part.filename ?? null),
          mimeType: part.mimetype ?? null,
          content: Readable.from(asTheCallers<Buffer>(part.file), { objectMode: false }),
        }
      : { kind: 'field', name: part.fieldname, value: String(part.value) };
  }
}

/** What goes wrong while a form is read is wrong with the form: it broke off, or it was none. */
async function* asTheCallers<T>(source: AsyncIterable<T>): AsyncGenerator<T> {
  try {
    yield* source;
  } catch (cause) {
    if (typeof (cause as { statusCode?: unknown }).statusCode === 'number') throw cause;
    throw new GatewayError('invalid_request', 'The form broke off or is not well formed.', { cause });
  }
}

/** Gives a handler the parts of the form that it was sent. */
export const Parts = createParamDecorator(
  (_: unknown, context: ExecutionContext): AsyncIterable<UploadPart> =>
    partsOf(context.switchToHttp().getRequest<FastifyRequest>()),
);
