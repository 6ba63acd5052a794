"""model.json: whatever was tampered with is refused, by name."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderation.domain.errors import Refused
from moderation.scoring.manifest import read_manifest
from tests.unit.tiny_model import LABELS, make_tiny_model, write_manifest


@pytest.fixture
def model(tmp_path):
    return make_tiny_model(tmp_path)


def test_an_untouched_directory_is_read(model):
    manifest = read_manifest(model)
    assert manifest.labels == LABELS
    assert manifest.stamp.weights == manifest.files["model.onnx"]


@pytest.mark.parametrize("name", ["model.onnx", "tokenizer.json"])
def test_one_changed_byte_is_seen(model, name):
    content = bytearray((model / name).read_bytes())
    content[len(content) // 2] ^= 1
    (model / name).write_bytes(content)
    with pytest.raises(Refused, match=rf"{name} is not the file its model.json lists"):
        read_manifest(model)


def test_a_missing_file_is_named(model):
    (model / "tokenizer.json").unlink()
    with pytest.raises(Refused, match=r"tokenizer\.json cannot be read \(No such file"):
        read_manifest(model)


def test_a_directory_without_manifest_is_refused(tmp_path):
    with pytest.raises(Refused, match=r"model\.json cannot be read .*moderation model export"):
        read_manifest(tmp_path)


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"labels": []}, "labels: Tuple should have at least 1 item"),
        ({"labels": ["toxicity", "toxicity"]}, "labels: .*a label stands there twice"),
        ({"max_tokens": 2}, "max_tokens: Input should be greater than or equal to 8"),
        ({"max_tokens": "16"}, "max_tokens: Input should be a valid integer"),
        ({"preparation": "0"}, "asks for preparation '0', and this version has '1'"),
        ({"files": {"../x": "0" * 64}}, "files: .*'../x' is no name of a file beside it"),
        ({"files": {"x": "0"}}, "files.x: String should match pattern"),
        ({"files": {}}, "lists no model.onnx"),
        ({"id": ""}, "id: String should have at least 1 character"),
    ],
)
def test_each_defect_has_its_sentence(model, changes, complaint):
    write_manifest(model, **changes)
    with pytest.raises(Refused, match=complaint):
        read_manifest(model)


def test_a_manifest_that_is_no_json_is_refused(model):
    (model / "model.json").write_text("{", encoding="utf-8")
    with pytest.raises(Refused, match="is no model manifest: the file: Invalid JSON"):
        read_manifest(model)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)


@given(name=st.sampled_from(["id", "version", "labels", "languages", "files"]), value=_JSON)
def test_any_other_value_is_refused_and_never_crashes(tmp_path_factory, name, value):
    model = tmp_path_factory.getbasetemp() / "any"
    if not model.exists():
        make_tiny_model(model)
    write_manifest(model)
    document = json.loads((model / "model.json").read_text(encoding="utf-8"))
    (model / "model.json").write_text(json.dumps(document | {name: value}), encoding="utf-8")
    try:
        manifest = read_manifest(model)
    except Refused:
        return
    assert json.loads(manifest.model_dump_json())[name] == value
