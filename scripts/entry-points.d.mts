export interface EntryPoint {
  specifier: string;
  name: string;
  source: string;
  built: string;
}
export function entryPoints(): EntryPoint[];
