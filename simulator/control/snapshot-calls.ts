import { json } from '../http/reply.js';
import type { World } from '../world.js';
import { DONE } from './control-registry.js';

/**
 * Snapshots of all state, the clock and the ledger included. `POST …/{name}` takes one, `POST …/{name}/restore` goes
 * back to it, `GET …/{name}` gives its bytes and `PUT …/{name}` takes them, perhaps in another process.
 */
export function snapshotCalls(world: World): void {
  const { control } = world;
  const kept = new Map<string, Buffer>();
  const missing = (name: string) => json({ error: `there is no snapshot ${name}`, known: [...kept.keys()] }, 404);
  control.on('GET /_simulator/snapshots', () => {
    return json({ snapshots: [...kept].map(([name, bytes]) => ({ name, bytes: bytes.length })) });
  });
  control.on('POST /_simulator/snapshots/{name}', async ({ params }) => {
    const bytes = await world.whole.save();
    kept.set(params.name as string, bytes);
    return json({ name: params.name, bytes: bytes.length });
  });
  control.on('POST /_simulator/snapshots/{name}/restore', async ({ params }) => {
    const bytes = kept.get(params.name as string);
    if (!bytes) return missing(params.name as string);
    await world.whole.load(bytes);
    return DONE;
  });
  control.on('GET /_simulator/snapshots/{name}', ({ params }) => {
    const bytes = kept.get(params.name as string);
    if (!bytes) return missing(params.name as string);
    return { kind: 'bytes', contentType: 'application/octet-stream', bytes };
  });
  control.on(
    'PUT /_simulator/snapshots/{name}',
    async ({ params, request }) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request.stream ?? []) chunks.push(chunk as Buffer);
      kept.set(params.name as string, Buffer.concat(chunks));
      return DONE;
    },
    { readsStream: true },
  );
  control.on('DELETE /_simulator/snapshots/{name}', ({ params }) => {
    return kept.delete(params.name as string) ? DONE : missing(params.name as string);
  });
}
