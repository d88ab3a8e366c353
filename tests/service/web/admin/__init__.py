"""Tests of the pages under 管理."""
