// An HTTP endpoint that reads handwritten digits: GET / says what it takes, POST / classifies a JPEG, PNG or raw body.

import module from "halfbit/halfbit.simd128.wasm";
import { classifier } from "halfbit/worker";
import model from "../../../models/mnist/mnist.bin";

export default classifier({ module, model, top: 3 });
