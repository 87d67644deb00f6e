import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { judgeUrl } from './judge-url.js';

const CORPUS = path.resolve(import.meta.dirname, '../../../test/fixtures/net/urls-that-must-not-be-fetched.txt');
const refused = readFileSync(CORPUS, 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('"'))
  .map((line) => [JSON.parse(line) as string]);

const judge = (url: string) => judgeUrl(url, { privateToo: false });

describe('a URL of somebody else', () => {
  it.each(refused)('is not fetched when it is %j', (url) => {
    expect(judge(url)).toHaveProperty('problem', expect.stringMatching(/^must /));
  });

  it('was tried in all its known disguises', () => {
    expect(new Set(refused.map(([url]) => url)).size).toBe(refused.length);
    expect(refused.length).toBeGreaterThanOrEqual(120);
  });

  it.each([
    'https://lookaside.fbsbx.com/whatsapp_business/attachments/?mid=1&ext=2&hash=a-_b',
    'https://example.com',
    'HTTPS://EXAMPLE.COM/%20',
    'https://example.com:443/x',
    'https://example.com:8443/x?y=@z#w',
    'https://xn--exmple-cua.com/',
    'https://8.8.8.8/',
    'https://172.15.255.255/',
    'https://172.32.0.1/',
    'https://100.63.255.255/',
    'https://[2606:4700:4700::1111]/',
    'https://[2a03:2880:f12f:83:face:b00c:0:25de]:8443/',
  ])('is fetched when it is %s', (url) => {
    expect(judge(url)).toEqual({ url: new URL(url) });
  });

  it('is fetched from a private network only where that was chosen, and never with credentials or another scheme', () => {
    const chosen = (url: string) => judgeUrl(url, { privateToo: true });
    for (const url of ['http://127.0.0.1:3000/x', 'https://10.0.0.1/', 'http://minio/'])
      expect(chosen(url)).toEqual({ url: new URL(url) });
    for (const url of ['http://a@127.0.0.1/', 'ftp://127.0.0.1/', 'file:///etc/passwd', 'http://a\\b/'])
      expect(chosen(url)).toHaveProperty('problem');
  });

  it('gets a verdict whatever it is, and one that is let through is https, without a user, on 443 or 8443', () => {
    const parts = fc.array(
      fc.oneof(
        fc.constantFrom('https://', 'http://', '@', ':', '.', '/', '\\', '[', ']', '127.0.0.1', '::1'),
        fc.string(),
      ),
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.webUrl(),
          parts.map((list) => list.join('')),
        ),
        (text) => {
          const verdict = judge(text);
          if (verdict.problem !== undefined) return;
          const { protocol, username, password, port } = verdict.url;
          expect([protocol, username, password]).toEqual(['https:', '', '']);
          expect(['', '8443']).toContain(port);
        },
      ),
      { numRuns: 2000 },
    );
  });
});
