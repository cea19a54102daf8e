"""Interpreters that many visitors can share."""

from fp16core.runtime.activations import ActivationRecorder, Activations, Step
from fp16core.runtime.classifier import BATCH_SIZE, Classifier

__all__ = ["BATCH_SIZE", "ActivationRecorder", "Activations", "Classifier", "Step"]
