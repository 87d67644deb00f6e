import { describe, expect, it } from '@jest/globals';
import { nextCursor } from './next-cursor.js';

const NEXT = 'https://graph.example/v25.0/1/message_templates?limit=25&after=QVFI%3D';

describe('the page after a page of a list', () => {
  it.each([
    ['the cursor beside the link', { cursors: { before: 'a', after: 'b' }, next: NEXT }, 'b'],
    ['the cursor in the link, when there is none beside it', { next: NEXT }, 'QVFI='],
    ['the same when the cursors are null', { cursors: null, next: NEXT }, 'QVFI='],
  ])('begins at %s', (_, paging, cursor) => {
    expect(nextCursor({ data: [{}], paging })).toBe(cursor);
  });

  it.each([
    ['a cursor without a link, as the last page has', { cursors: { before: 'a', after: 'b' } }],
    ['a link that is null', { cursors: { after: 'b' }, next: null }],
    ['a link that is none', { next: 'soon' }],
    ['a link without a cursor', { next: 'https://graph.example/1/message_templates' }],
    ['paging that is null', null],
  ])('is not there with %s', (_, paging) => {
    expect(nextCursor({ data: [{}], paging })).toBeNull();
    expect(nextCursor({ data: [{}] })).toBeNull();
  });
});
