"""Files as older converters wrote them: operator codes only in the field that is deprecated today."""

from typing import Any

from fp16core.tflite.model_file import ModelFile
from tests.core.worker.test_trial import edited


def older(model: ModelFile) -> ModelFile:
    """The same model with each operator code moved to ``deprecated_builtin_code``."""

    def moved(tree: Any, operators: dict[str, Any]) -> None:
        for code in tree.operatorCodes:
            code.deprecatedBuiltinCode = max(code.builtinCode, code.deprecatedBuiltinCode)
            code.builtinCode = 0

    return edited(model, moved)
