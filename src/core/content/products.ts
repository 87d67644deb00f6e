import type { FieldError } from '../gateway-error.js';
import { list } from '../shape/list-shape.js';
import { isFields, object } from '../shape/object-shape.js';
import { addFault, optional, type Shape } from '../shape/shape.js';
import { text } from '../shape/text-shape.js';

/** Meta's id of a catalogue. */
export const catalogId = text({ max: 256 });

/** The shop's own id of a product in a catalogue. */
export const productRetailerId = text({ max: 256 });

/** Products over all sections, and sections (Meta, "Multi-product messages"). */
const MOST = { products: 30, sections: 10 };

/** Products in sections, as multi-product messages and templates show them. A title is needed when there are several. */
export const productSections: Shape = list(
  object({
    title: optional(text({ max: 24 })),
    product_items: list(object({ product_retailer_id: productRetailerId }), { min: 1, max: MOST.products }),
  }),
  { min: 1, max: MOST.sections, rules: [titledWhenSeveral, atMostInAll('product_items', MOST.products)] },
);

/** Sections have titles when there is more than one. */
export function titledWhenSeveral(sections: readonly unknown[], at: string, faults: FieldError[]): void {
  if (sections.length < 2) return;
  sections.forEach((section, i) => {
    if (isFields(section) && section.title === undefined) {
      addFault(faults, `${at}/${i}/title`, 'must be given when there is more than one section');
    }
  });
}

/** So many entries at most over all sections. */
export function atMostInAll(
  key: string,
  most: number,
): (sections: readonly unknown[], at: string, faults: FieldError[]) => void {
  return (sections, at, faults) => {
    const counts = sections.map((section) =>
      isFields(section) && Array.isArray(section[key]) ? section[key].length : 0,
    );
    const total = counts.reduce((sum, n) => sum + n, 0);
    if (total > most) addFault(faults, at, `must have at most ${most} ${key} in all`);
  };
}
