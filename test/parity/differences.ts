import { type Lock, lockOf, type Road } from './road.ts';
import type { Rule } from './rules.ts';

/** What the app itself asks of a caller, whatever stands in front of it. */
export interface Route {
  method: string;
  path: string;
  asksToken: boolean;
}

/** A line for whatever of a road is not as in the app, and in the first of the roads. */
export function findDifferences(
  routes: Route[],
  roads: Road[],
  rules: Record<string, Rule>,
): string[] {
  const { settings } = roads[0]!;
  return roads.flatMap((road) => {
    const rule = rules[road.name];
    if (!rule) return [line(road, 'how it is locked', 'nowhere', 'in rules.ts')];
    return [
      ...ofRoutes(routes, road, rule),
      ...ofOthers(routes, road),
      ...ofSettings(road, settings, rule),
    ];
  });
}

function ofRoutes(routes: Route[], road: Road, { token, nothing, open = [] }: Rule): string[] {
  return routes.flatMap(({ method, path, asksToken }) => {
    const wanted: Lock = open.includes(path) ? 'open' : asksToken ? token : nothing;
    const found = lockOf(road, method, path) ?? 'not served';
    return found === wanted ? [] : [line(road, `${method} ${path}`, found, wanted)];
  });
}

/** A route by name that the app does not serve. The parent of a path may lead to the app, which says so. */
function ofOthers(routes: Route[], { name, locks }: Road): string[] {
  const served = new Set(routes.map(({ path }) => path));
  return Object.keys(locks)
    .map((key) => key.split(' ') as [string, string])
    .filter(([method, path]) => !/^(ANY|OPTIONS)$/.test(method) && !path.endsWith('+}'))
    .filter(([, path]) => !served.has(path))
    .map(([method, path]) => line({ name }, `${method} ${path}`, 'served', 'none of the app'));
}

function ofSettings(
  { name, settings }: Road,
  wanted: Road['settings'],
  { isImage }: Rule,
): string[] {
  if (!settings || !wanted) return [];
  const names = ['memory', 'timeout', 'environment', 'runtime', 'architecture'] as const;
  return names
    .slice(0, isImage ? 3 : 5)
    .filter((each) => String(settings[each]) !== String(wanted[each]))
    .map((each) => line({ name }, each, String(settings[each]), String(wanted[each])));
}

function line({ name }: { name: string }, what: string, found: string, wanted: string): string {
  return `${name.padEnd(24)} ${what.padEnd(28)} ${found}, not ${wanted}`;
}
