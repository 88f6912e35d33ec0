export function compileModule(options: {
  target: string;
  entry: string;
  file: string;
  small?: boolean;
  use?: string[];
  names?: boolean;
}): Promise<void>;
