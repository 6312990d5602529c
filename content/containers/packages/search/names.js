const MATERIALS = `
  brass copper bronze steel iron oak teak ash pine canvas leather wool cotton hemp sisal nylon rubber cork wicker bamboo
  enamel ceramic glass crystal silver pewter zinc walnut cherry maple linen felt
`;
const THINGS = `
  lantern anchor compass barometer telescope sextant chart rope chain bucket bell whistle oar paddle rudder mast sail hammock
  blanket kettle mug plate ladle knife hatchet spade rake broom basket barrel crate ladder hook cleat shackle pulley winch
  fender buoy flag pennant thermometer hourglass globe map pen inkwell lamp candlestick mirror comb brush stool bench
  table chair shelf drawer box
`;

const words = (text) => text.trim().split(/\s+/);

/** Every name in the catalogue: `brass lantern`, `oak bucket`, … */
export const names = words(MATERIALS).flatMap((material) => words(THINGS).map((thing) => `${material} ${thing}`));
