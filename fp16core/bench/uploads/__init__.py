"""Accuracy on rendered and photographed digits, read as a stranger's uploads."""
