import { describe, expect, it } from '@jest/globals';
import { mediaIdsOf, namesMetaFile, withMetaIds } from './media-references.js';

const [A, B] = ['01890000-0000-7000-8000-000000000001', '01890000-0000-7000-8000-000000000002'];
const TEMPLATE = {
  name: 'launch',
  language: { code: 'en' },
  components: [
    { type: 'header', parameters: [{ type: 'image', image: { id: A } }] },
    { type: 'body', parameters: [{ type: 'text', text: B }] },
    {
      type: 'carousel',
      cards: [{ components: [{ type: 'header', parameters: [{ type: 'video', video: { id: B } }] }] }],
    },
  ],
};

describe('files that a message names by ids of ours', () => {
  it.each([
    ['image', { id: A, caption: 'x' }, [A]],
    ['document', { id: A, filename: 'x.pdf' }, [A]],
    ['template', TEMPLATE, [A, B]],
    ['interactive', { type: 'button', header: { type: 'image', image: { id: A } }, body: { text: B } }, [A]],
    ['image', { id: '2621233374848975' }, []],
    ['image', { link: `https://example.com/${A}` }, []],
    ['text', { body: A }, []],
    ['contacts', [{ image: { id: A } }], []],
  ])('are found in %s', (type, content, ids) => {
    expect(mediaIdsOf(type, content)).toEqual(ids);
  });

  it.each([
    ['image', { id: '2621233374848975' }, true],
    ['image', { id: A }, false],
    ['image', { link: 'https://example.com/2621233374848975' }, false],
    ['interactive', { header: { type: 'image', image: { id: '2621233374848975' } }, body: { text: 'x' } }, true],
    ['template', TEMPLATE, false],
    ['template', { components: [...TEMPLATE.components, { parameters: [{ image: { id: '1' } }] }] }, true],
    ['text', { body: '2621233374848975' }, false],
  ])('are told from Meta’s in %s', (type, content, isMetas) => {
    expect(namesMetaFile(type, content)).toBe(isMetas);
  });

  it('go to Meta under Meta’s ids, and nothing else of the content changes', () => {
    const sent = withMetaIds(
      'template',
      TEMPLATE,
      new Map([
        [A, '1'],
        [B, '2'],
      ]),
    );
    expect(sent).toEqual(
      JSON.parse(
        JSON.stringify(TEMPLATE).replace(`{"id":"${A}"}`, '{"id":"1"}').replace(`{"id":"${B}"}`, '{"id":"2"}'),
      ),
    );
    expect(withMetaIds('image', { id: A, caption: A }, new Map([[A, '1']]))).toEqual({ id: '1', caption: A });
  });

  it('are searched in no copy when there is nothing to replace', () => {
    expect(withMetaIds('template', TEMPLATE, new Map())).toBe(TEMPLATE);
  });
});
