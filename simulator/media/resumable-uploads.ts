import { DEFAULTS } from '../assets/platform-state.js';
import { refused } from '../graph/graph-router.js';
import { invalidParameter } from '../graph/invalid-parameter.js';
import type { NodeType } from '../graph/registry.js';
import { json } from '../http/reply.js';
import type { World } from '../world.js';

interface UploadSession {
  readonly id: string;
  readonly name: string;
  readonly length: number;
  readonly type: string;
  /** Bytes received so far. */
  offset: number;
}

/** Types that a handle can be made of. Source: Meta's page of the Resumable Upload API. */
const TYPES = ['application/pdf', 'image/jpeg', 'image/jpg', 'image/png', 'video/mp4'];

const LARGEST = 100 * 1024 * 1024;

const APP = { id: DEFAULTS.appId };

/**
 * The resumable upload, which gives the handles (`4::…`) that samples of template headers and profile pictures are named
 * by (cloud-api.md §2). Only the count of bytes is kept: nothing can be downloaded from a handle.
 */
export function resumableUploads({ graph, state, random }: World): void {
  const sessions = state.cell('media.uploads', () => new Map<string, UploadSession>());
  const chance = random.stream('uploads');
  const app: NodeType<typeof APP> = {
    name: 'Application',
    find: (id) => (id === APP.id ? APP : undefined),
    wabaIdOf: () => DEFAULTS.wabaId,
  };
  graph.on(app, [
    { method: 'GET', edge: '', budget: 'management', answer: () => json({ id: APP.id, name: DEFAULTS.businessName }) },
    {
      method: 'POST',
      edge: 'uploads',
      budget: 'management',
      answer: ({ request: { query }, body }) => {
        const members = typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {};
        const value = (key: string) => query.get(key) ?? (members[key] === undefined ? '' : String(members[key]));
        const [length, type] = [Number(value('file_length')), value('file_type').toLowerCase()];
        if (!Number.isInteger(length) || length < 1 || length > LARGEST) {
          return refused(invalidParameter({ field: 'file_length', rule: `file_length must be from 1 to ${LARGEST}` }));
        }
        if (!TYPES.includes(type))
          return refused(
            invalidParameter({ field: 'file_type', rule: `file_type must be one of ${TYPES.join(', ')}` }),
          );
        const token = Buffer.from(`${sessions.current.size}:${chance.between(0, 1e15)}`).toString('base64url');
        const id = `upload:MTphdHRhY2htZW50O${token}?sig=ARZ${token.slice(0, 12)}`;
        sessions.current.set(keyOf(id), { id, name: value('file_name'), length, type, offset: 0 });
        return json({ id });
      },
    },
  ]);
  const node: NodeType<UploadSession> = {
    name: 'UploadSession',
    find: (id) => sessions.current.get(keyOf(id)),
    wabaIdOf: () => DEFAULTS.wabaId,
  };
  graph.on(node, [
    {
      method: 'GET',
      edge: '',
      budget: 'management',
      answer: (_call, { id, offset }) => json({ id, file_offset: offset }),
    },
    {
      method: 'POST',
      edge: '',
      budget: 'management',
      readsStream: true,
      answer: async ({ request }, session) => {
        const offset = Number(request.headers.file_offset ?? '0');
        if (offset !== session.offset) {
          request.stream?.resume();
          return refused(invalidParameter({ field: 'file_offset', rule: `file_offset must be ${session.offset}` }));
        }
        for await (const chunk of request.stream ?? []) session.offset += (chunk as Buffer).length;
        if (session.offset > session.length) {
          session.offset = 0;
          return refused(
            invalidParameter({ field: 'file_length', rule: `the file has more than ${session.length} bytes` }),
          );
        }
        if (session.offset < session.length) return json({ id: session.id, file_offset: session.offset });
        return json({ h: `4::${Buffer.from(`${session.type}:${session.id}`).toString('base64')}` });
      },
    },
  ]);
}

/** Ids of sessions carry a query (`?sig=…`), which is none of the path's: they are known by what stands before it. */
const keyOf = (id: string): string => id.split('?')[0] ?? id;
