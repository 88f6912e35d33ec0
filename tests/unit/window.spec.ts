import { openWindow, tap } from "../../assembly/kernels/window";
import { tensorRecord, values } from "../../assembly/model";
import { KIND_MAX_POOL } from "../../format/layout";
import { begin, layer, tensor, unverified, window } from "./model";

describe("tap", () => {
  it("is the input pixel's address, 0 outside the image on each of its four sides", () => {
    begin();
    const x = tensor(3, 3, 2);
    const record = layer(KIND_MAX_POOL, x, tensor(3, 3, 2));
    window(record, 3, 3, 1, 1, 1);
    unverified();
    openWindow(record);
    expect(tap(0, 0, 1, 1)).toBe(values(tensorRecord(x)));
    expect(tap(1, 2, 1, 1)).toBe(values(tensorRecord(x)) + 2 * (3 + 2));
    expect(tap(0, 1, 0, 1)).toBe(0, "above");
    expect(tap(1, 0, 1, 0)).toBe(0, "left");
    expect(tap(2, 1, 2, 1)).toBe(0, "below");
    expect(tap(1, 2, 1, 2)).toBe(0, "right");
  });
});
