import { type Rendered, renderTemplate } from '../../support/vtl.ts';
import { type Case, cases, faultOf } from './cases.ts';

describe('a mapping template on velocityjs', () => {
  it.each(cases.map((each) => [each.name, each] as const))('%s', (_, each) => {
    expect(faultOf(each, 'velocityjs', render(each))).toBeUndefined();
  });
});

function render({ template, request = {}, context }: Case): Rendered | undefined {
  try {
    return renderTemplate(template, request, context);
  } catch {
    return undefined;
  }
}
