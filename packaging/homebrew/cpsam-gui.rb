# An environment of its own by uv, so that torch comes as the wheel for this machine. The release workflow replaces the version.
class CpsamGui < Formula
  desc "Segment microscopy images with Cellpose-SAM, correct the masks, retrain"
  homepage "https://github.com/cpsam-gui/cpsam-gui"
  url "https://pypi.org/packages/source/c/cpsam-gui/cpsam_gui-0.1.0.tar.gz"
  sha256 "0000000000000000000000000000000000000000000000000000000000000000"
  license "BSD-3-Clause"

  depends_on "python@3.13"
  depends_on "uv"

  def install
    system "uv", "venv", libexec, "--python", Formula["python@3.13"].opt_bin/"python3.13"
    system "uv", "pip", "install", "--python", libexec/"bin/python", "cpsam-gui==#{version}"
    bin.install_symlink libexec/"bin/cpsam", libexec/"bin/cpsam-gui"
  end

  test do
    system bin/"cpsam", "segment", "--demo", "--out", testpath
    assert_path_exists testpath/"nuclei_masks.tif"
  end
end
