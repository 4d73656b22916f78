"""Procedural advertising photographs: what the stand-in's image model answers with."""

from creative_assets.standin.scenes.painter import paint_scene

__all__ = ["paint_scene"]
