export function bootstrap(): Promise<void>;
