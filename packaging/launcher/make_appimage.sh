#!/usr/bin/env bash
# Build cpsam-gui.AppImage from the launcher and uv; appimagetool and uv are on the path. bash make_appimage.sh TARGET
set -euo pipefail
target=$(realpath -m "${1:-cpsam-gui.AppImage}")
root=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d)
install -Dm755 "$root/packaging/launcher/cpsam-gui.sh" "$work/usr/bin/cpsam-gui.sh"
install -Dm755 "$(command -v uv)" "$work/usr/bin/uv"
install -Dm755 "$root/packaging/launcher/AppRun" "$work/AppRun"
install -Dm644 "$root/cpsam_gui/icons/cpsam.svg" "$work/cpsam-gui.svg"
cat > "$work/cpsam-gui.desktop" <<'END'
[Desktop Entry]
Type=Application
Name=cpsam-gui
Exec=cpsam-gui.sh %f
Icon=cpsam-gui
Categories=Science;
END
ARCH=x86_64 appimagetool --no-appstream "$work" "$target"
rm -rf "$work"
