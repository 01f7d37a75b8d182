"""Doing once more what was done: a policy whose results say how to repeat them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from fastaug.composition.applied import applied_list
from fastaug.composition.compose import Compose, DecodeMode
from fastaug.composition.nodes import Container
from fastaug.composition.targets import BboxParams, KeypointParams
from fastaug.errors import PolicyError, shown
from fastaug.transforms import Transform


class ReplayCompose(Compose):
    """A policy that says how to repeat what it did.

    Args:
        save_key: The name under which the record stands in the result. All others are those of :class:`Compose`.

    Examples:
        >>> import numpy as np, fastaug as A
        >>> policy = A.ReplayCompose([A.RandomCrop(8, 8), A.HorizontalFlip()])
        >>> image = np.random.default_rng(0).integers(0, 256, (16, 16, 3), dtype=np.uint8)
        >>> first = policy(image=image)
        >>> bool((A.ReplayCompose.replay(first["replay"], image=image)["image"] == first["image"]).all())
        True
    """

    further_arguments = ("save_key",)
    _always_records = True

    def __init__(
        self,
        transforms: Sequence[Transform | Container | Compose],
        bbox_params: BboxParams | Mapping[str, Any] | None = None,
        keypoint_params: KeypointParams | Mapping[str, Any] | None = None,
        additional_targets: Mapping[str, str] | None = None,
        p: float = 1.0,
        is_check_shapes: bool = True,
        save_key: str = "replay",
        *,
        strict: bool = False,
        mask_interpolation: int | str | None = None,
        seed: int | None = None,
        save_applied_params: bool = False,
        merge_geometry: bool = False,
        decode: DecodeMode = "exact",
        telemetry: bool = False,
        instance_binding: None = None,
        frame_binding: None = None,
        semantic_mask_label_mappings: None = None,
    ) -> None:
        self.save_key = save_key
        super().__init__(
            transforms,
            bbox_params,
            keypoint_params,
            additional_targets,
            p,
            is_check_shapes,
            strict,
            mask_interpolation,
            seed,
            save_applied_params,
            merge_geometry=merge_geometry,
            decode=decode,
            telemetry=telemetry,
            instance_binding=instance_binding,
            frame_binding=frame_binding,
            semantic_mask_label_mappings=semantic_mask_label_mappings,
        )
        if not isinstance(save_key, str) or save_key in self.available_keys:
            raise PolicyError(f"ReplayCompose.save_key: must be a name that is no target, got {shown(save_key)}")

    def _tell_applied(self, result: dict[str, Any], records: list[dict[str, Any]]) -> None:
        super()._tell_applied(result, records)
        result[self.save_key] = {"settings": self._replay_settings(), "applied": applied_list(self._by_path, records)}

    def _replay_settings(self) -> dict[str, Any]:
        """What a replay needs beside the transforms: how targets are written, but nothing that draws or records."""
        left_out = ("p", "seed", "save_applied_params", *self.further_arguments)
        return {name: value for name, value in self._plain_settings().items() if name not in left_out}

    @staticmethod
    def replay(saved_augmentations: Mapping[str, Any], **data: Any) -> dict[str, Any]:
        """Does to other data exactly what was recorded.

        Args:
            saved_augmentations: The record.
            **data: The targets.
        """
        if not (isinstance(saved_augmentations, Mapping) and {"applied", "settings"} <= saved_augmentations.keys()):
            raise PolicyError(
                "saved_augmentations: must be the record of a ReplayCompose, which is what its results have under its "
                f"save_key ('replay' unless told otherwise), got {shown(saved_augmentations)}"
            )
        policy = Compose.from_applied_transforms(saved_augmentations["applied"], **saved_augmentations["settings"])
        return policy(**data)
