import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { parseWebhook } from './parse-webhook.js';

const OWN = fileURLToPath(new URL('../../../test/fixtures/webhooks/', import.meta.url));
// biome-ignore lint/style/noProcessEnv: the one way to point a spec at a collection outside the repository.
const SHARED = process.env.SHARED_PAYLOADS;
const FOLDERS = SHARED === undefined || SHARED === '' ? [OWN] : [OWN, SHARED];

/** Folders of a collection in which every key is documented, with the kinds of event that must come out of them. */
const READ_WHOLE: Readonly<Record<string, RegExp>> = {
  statuses: /^status$/,
  messages: /^(inbound_message|status|unknown)$/,
  phone: /^(phone_quality|unknown)$/,
  account: /^unknown$/,
};

function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => /\.(json|txt)$/.test(file));
}

describe.each(FOLDERS)('the payloads in %s', (folder) => {
  const files = filesIn(folder);

  it('are there', () => {
    expect(files.length).toBeGreaterThan(0);
  });

  it('all become events or are named malformed, and can be stored as JSON', () => {
    for (const file of files) {
      const parsed = parseWebhook(readFileSync(join(folder, file)));
      expect([file, parsed.events.length > 0]).toEqual([file, parsed.malformed === null]);
      expect(() => JSON.stringify(parsed.events)).not.toThrow();
    }
  });

  it('lose no wamid that stands in the body', () => {
    for (const file of files) {
      const bytes = readFileSync(join(folder, file));
      const parsed = parseWebhook(bytes);
      if (parsed.malformed !== null) continue;
      const kept = JSON.stringify(parsed.events);
      for (const [wamid] of bytes.toString('utf8').matchAll(/wamid\.[\w+/=]+/g)) {
        expect([file, wamid, kept.includes(wamid)]).toEqual([file, wamid, true]);
      }
    }
  });
});

// The project's own fixtures have stricter expectations of their own in parse-webhook.fixtures.spec.ts.
for (const folder of FOLDERS.filter((name) => name !== OWN)) {
  describe.each(Object.entries(READ_WHOLE))('the shared folder %s', (name, kinds) => {
    it('gives the expected kinds of event and no unknown key', () => {
      for (const file of filesIn(join(folder, name))) {
        const parsed = parseWebhook(readFileSync(join(folder, name, file)));
        for (const event of parsed.events) expect([file, event.kind]).toEqual([file, expect.stringMatching(kinds)]);
        expect([file, parsed.unknownKeys]).toEqual([file, []]);
      }
    });
  });
}
