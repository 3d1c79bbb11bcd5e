"""Export: networks in the formats of other programs."""

from xpnet.export.onnx_file import check_onnx, to_onnx

__all__ = ["check_onnx", "to_onnx"]
