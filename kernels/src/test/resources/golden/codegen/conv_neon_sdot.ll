conv2d_NCHWc_int8 n=1 ic=3 ih=5 iw=5 oc=4 kh=3 kw=3 stride=2,2 pad=1,1,1,1 dilation=1,1 act=u8 azp=211 wgt=s8 out=s32 act=i8 wgt=i8 dot=4 offset=128 ic_block=12 oc_block=4 border=packed flat=true aarch64 cpu=cortex-a76 isa=dotprod threads=1

target triple = "aarch64-unknown-linux-gnu"

declare <4 x i32> @llvm.aarch64.neon.sdot.v4i32.v16i8(<4 x i32>, <16 x i8>, <16 x i8>)
declare i64 @llvm.umin.i64(i64, i64)

define void @octune_run(ptr noalias nocapture readonly %act, ptr noalias nocapture readonly %wgt, ptr noalias nocapture %out, i32 %part, i32 %parts) #0 {
entry:
  %v0 = zext i32 %part to i64
  %v1 = zext i32 %parts to i64
  %v2 = mul i64 %v0, 2
  %v3 = udiv i64 %v2, %v1
  %v4 = add i64 %v0, 1
  %v5 = mul i64 %v4, 2
  %v6 = udiv i64 %v5, %v1
  %v7 = icmp slt i64 %v3, %v6
  br i1 %v7, label %yes0, label %no1
yes0:
  br label %loop3
loop3:
  %v8 = phi i64 [ %v3, %yes0 ], [ %v103, %done7 ]
  %v9 = udiv i64 %v8, 2
  %v10 = urem i64 %v8, 2
  %v11 = udiv i64 %v10, 2
  %v12 = urem i64 %v10, 2
  %v13 = mul i64 %v12, 2
  %v14 = call i64 @llvm.umin.i64(i64 %v13, i64 1)
  %v15 = mul i64 %v11, 144
  %v16 = getelementptr i8, ptr %wgt, i64 %v15
  %v17 = mul i64 %v9, 147
  %v18 = getelementptr i8, ptr %act, i64 %v17
  %v19 = mul i64 %v9, 144
  %v20 = getelementptr i8, ptr %out, i64 %v19
  %v21 = mul i64 %v11, 144
  %v22 = getelementptr i8, ptr %v20, i64 %v21
  %v23 = getelementptr i8, ptr %wgt, i64 192
  %v24 = mul i64 %v11, 16
  %v25 = getelementptr i8, ptr %v23, i64 %v24
  %v26 = mul i64 %v14, 42
  %v27 = getelementptr i8, ptr %v18, i64 %v26
  %v28 = load <4 x i32>, ptr %v25, align 16
  %v29 = getelementptr i8, ptr %v27, i64 147
  %v30 = getelementptr i8, ptr %v16, i64 144
  br label %loop4
loop4:
  %v31 = phi i64 [ 0, %loop3 ], [ %v94, %done6 ]
  %v32 = phi ptr [ %v27, %loop3 ], [ %v40, %done6 ]
  %v33 = phi ptr [ %v16, %loop3 ], [ %v41, %done6 ]
  %v34 = phi <4 x i32> [ %v28, %loop3 ], [ %v61, %done6 ]
  %v35 = phi <4 x i32> [ %v28, %loop3 ], [ %v67, %done6 ]
  %v36 = phi <4 x i32> [ %v28, %loop3 ], [ %v73, %done6 ]
  %v37 = phi <4 x i32> [ %v28, %loop3 ], [ %v79, %done6 ]
  %v38 = phi <4 x i32> [ %v28, %loop3 ], [ %v85, %done6 ]
  %v39 = phi <4 x i32> [ %v28, %loop3 ], [ %v91, %done6 ]
  %v40 = getelementptr i8, ptr %v32, i64 21
  %v41 = getelementptr i8, ptr %v33, i64 48
  %v42 = getelementptr i8, ptr %v32, i64 3
  %v43 = getelementptr i8, ptr %v33, i64 48
  br label %loop5
loop5:
  %v44 = phi i64 [ 0, %loop4 ], [ %v92, %loop5 ]
  %v45 = phi ptr [ %v32, %loop4 ], [ %v53, %loop5 ]
  %v46 = phi ptr [ %v33, %loop4 ], [ %v54, %loop5 ]
  %v47 = phi <4 x i32> [ %v34, %loop4 ], [ %v61, %loop5 ]
  %v48 = phi <4 x i32> [ %v35, %loop4 ], [ %v67, %loop5 ]
  %v49 = phi <4 x i32> [ %v36, %loop4 ], [ %v73, %loop5 ]
  %v50 = phi <4 x i32> [ %v37, %loop4 ], [ %v79, %loop5 ]
  %v51 = phi <4 x i32> [ %v38, %loop4 ], [ %v85, %loop5 ]
  %v52 = phi <4 x i32> [ %v39, %loop4 ], [ %v91, %loop5 ]
  %v53 = getelementptr i8, ptr %v45, i64 4
  %v54 = getelementptr i8, ptr %v46, i64 16
  %v55 = load <4 x i32>, ptr %v46, align 16
  %v56 = bitcast <4 x i32> %v55 to <16 x i8>
  %v57 = load i32, ptr %v45, align 1
  %v58 = insertelement <4 x i32> poison, i32 %v57, i64 0
  %v59 = shufflevector <4 x i32> %v58, <4 x i32> %v58, <4 x i32> <i32 0, i32 0, i32 0, i32 0>
  %v60 = bitcast <4 x i32> %v59 to <16 x i8>
  %v61 = call <4 x i32> @llvm.aarch64.neon.sdot.v4i32.v16i8(<4 x i32> %v47, <16 x i8> %v60, <16 x i8> %v56)
  %v62 = getelementptr i8, ptr %v45, i64 6
  %v63 = load i32, ptr %v62, align 1
  %v64 = insertelement <4 x i32> poison, i32 %v63, i64 0
  %v65 = shufflevector <4 x i32> %v64, <4 x i32> %v64, <4 x i32> <i32 0, i32 0, i32 0, i32 0>
  %v66 = bitcast <4 x i32> %v65 to <16 x i8>
  %v67 = call <4 x i32> @llvm.aarch64.neon.sdot.v4i32.v16i8(<4 x i32> %v48, <16 x i8> %v66, <16 x i8> %v56)
  %v68 = getelementptr i8, ptr %v45, i64 12
  %v69 = load i32, ptr %v68, align 1
  %v70 = insertelement <4 x i32> poison, i32 %v69, i64 0
  %v71 = shufflevector <4 x i32> %v70, <4 x i32> %v70, <4 x i32> <i32 0, i32 0, i32 0, i32 0>
  %v72 = bitcast <4 x i32> %v71 to <16 x i8>
  %v73 = call <4 x i32> @llvm.aarch64.neon.sdot.v4i32.v16i8(<4 x i32> %v49, <16 x i8> %v72, <16 x i8> %v56)
  %v74 = getelementptr i8, ptr %v45, i64 42
  %v75 = load i32, ptr %v74, align 1
  %v76 = insertelement <4 x i32> poison, i32 %v75, i64 0
  %v77 = shufflevector <4 x i32> %v76, <4 x i32> %v76, <4 x i32> <i32 0, i32 0, i32 0, i32 0>
  %v78 = bitcast <4 x i32> %v77 to <16 x i8>
  %v79 = call <4 x i32> @llvm.aarch64.neon.sdot.v4i32.v16i8(<4 x i32> %v50, <16 x i8> %v78, <16 x i8> %v56)
  %v80 = getelementptr i8, ptr %v45, i64 48
  %v81 = load i32, ptr %v80, align 1
  %v82 = insertelement <4 x i32> poison, i32 %v81, i64 0
  %v83 = shufflevector <4 x i32> %v82, <4 x i32> %v82, <4 x i32> <i32 0, i32 0, i32 0, i32 0>
  %v84 = bitcast <4 x i32> %v83 to <16 x i8>
  %v85 = call <4 x i32> @llvm.aarch64.neon.sdot.v4i32.v16i8(<4 x i32> %v51, <16 x i8> %v84, <16 x i8> %v56)
  %v86 = getelementptr i8, ptr %v45, i64 54
  %v87 = load i32, ptr %v86, align 1
  %v88 = insertelement <4 x i32> poison, i32 %v87, i64 0
  %v89 = shufflevector <4 x i32> %v88, <4 x i32> %v88, <4 x i32> <i32 0, i32 0, i32 0, i32 0>
  %v90 = bitcast <4 x i32> %v89 to <16 x i8>
  %v91 = call <4 x i32> @llvm.aarch64.neon.sdot.v4i32.v16i8(<4 x i32> %v52, <16 x i8> %v90, <16 x i8> %v56)
  %v92 = add i64 %v44, 1
  %v93 = icmp slt i64 %v92, 3
  br i1 %v93, label %loop5, label %done6
done6:
  %v94 = add i64 %v31, 1
  %v95 = icmp slt i64 %v94, 3
  br i1 %v95, label %loop4, label %done7
done7:
  %v96 = mul i64 %v14, 48
  %v97 = getelementptr i8, ptr %v22, i64 %v96
  store <4 x i32> %v61, ptr %v97, align 16
  %v98 = getelementptr i8, ptr %v97, i64 16
  store <4 x i32> %v67, ptr %v98, align 16
  %v99 = getelementptr i8, ptr %v97, i64 32
  store <4 x i32> %v73, ptr %v99, align 16
  %v100 = getelementptr i8, ptr %v97, i64 48
  store <4 x i32> %v79, ptr %v100, align 16
  %v101 = getelementptr i8, ptr %v97, i64 64
  store <4 x i32> %v85, ptr %v101, align 16
  %v102 = getelementptr i8, ptr %v97, i64 80
  store <4 x i32> %v91, ptr %v102, align 16
  %v103 = add i64 %v8, 1
  %v104 = icmp slt i64 %v103, %v6
  br i1 %v104, label %loop3, label %done8
done8:
  br label %after2
no1:
  br label %after2
after2:
  ret void
}

attributes #0 = { nounwind "no-builtins" "no-jump-tables"="true" "target-cpu"="generic" "target-features"="+neon,+dotprod" "tune-cpu"="cortex-a76" }


target triple = "aarch64-unknown-linux-gnu"


define void @octune_pack_act(ptr noalias nocapture readonly %plain, ptr noalias nocapture %packed) #0 {
entry:
  br label %loop0
loop0:
  %v0 = phi i64 [ 0, %entry ], [ %v3, %loop0 ]
  %v1 = mul i64 %v0, 32
  %v2 = getelementptr i8, ptr %packed, i64 %v1
  store <32 x i8> splat (i8 83), ptr %v2, align 32
  %v3 = add i64 %v0, 1
  %v4 = icmp slt i64 %v3, 6
  br i1 %v4, label %loop0, label %done1
done1:
  %v5 = getelementptr i8, ptr %packed, i64 24
  br label %loop2
loop2:
  %v6 = phi i64 [ 0, %done1 ], [ %v29, %done6 ]
  %v7 = phi ptr [ %plain, %done1 ], [ %v27, %done6 ]
  %v8 = phi ptr [ %v5, %done1 ], [ %v28, %done6 ]
  br label %loop3
loop3:
  %v9 = phi i64 [ 0, %loop2 ], [ %v25, %done5 ]
  %v10 = phi ptr [ %v7, %loop2 ], [ %v23, %done5 ]
  %v11 = phi ptr [ %v8, %loop2 ], [ %v24, %done5 ]
  br label %loop4
loop4:
  %v12 = phi i64 [ 0, %loop3 ], [ %v21, %loop4 ]
  %v13 = phi ptr [ %v10, %loop3 ], [ %v19, %loop4 ]
  %v14 = phi ptr [ %v11, %loop3 ], [ %v20, %loop4 ]
  %v15 = load i8, ptr %v13, align 1
  %v16 = zext i8 %v15 to i16
  %v17 = sub i16 %v16, 128
  %v18 = trunc i16 %v17 to i8
  store i8 %v18, ptr %v14, align 1
  %v19 = getelementptr i8, ptr %v13, i64 1
  %v20 = getelementptr i8, ptr %v14, i64 3
  %v21 = add i64 %v12, 1
  %v22 = icmp slt i64 %v21, 5
  br i1 %v22, label %loop4, label %done5
done5:
  %v23 = getelementptr i8, ptr %v10, i64 25
  %v24 = getelementptr i8, ptr %v11, i64 1
  %v25 = add i64 %v9, 1
  %v26 = icmp slt i64 %v25, 3
  br i1 %v26, label %loop3, label %done6
done6:
  %v27 = getelementptr i8, ptr %v7, i64 5
  %v28 = getelementptr i8, ptr %v8, i64 21
  %v29 = add i64 %v6, 1
  %v30 = icmp slt i64 %v29, 5
  br i1 %v30, label %loop2, label %done7
done7:
  %v31 = getelementptr i8, ptr %plain, i64 75
  %v32 = getelementptr i8, ptr %v5, i64 147
  ret void
}

define void @octune_pack_wgt(ptr noalias nocapture readonly %plain, ptr noalias nocapture %packed) #0 {
entry:
  br label %loop0
loop0:
  %v0 = phi i64 [ 0, %entry ], [ %v3, %loop0 ]
  %v1 = mul i64 %v0, 32
  %v2 = getelementptr i8, ptr %packed, i64 %v1
  store <32 x i8> zeroinitializer, ptr %v2, align 32
  %v3 = add i64 %v0, 1
  %v4 = icmp slt i64 %v3, 8
  br i1 %v4, label %loop0, label %done1
done1:
  %v5 = getelementptr i8, ptr %packed, i64 192
  br label %loop2
loop2:
  %v6 = phi i64 [ 0, %done1 ], [ %v44, %done6 ]
  %v7 = mul i64 %v6, 27
  %v8 = getelementptr i8, ptr %plain, i64 %v7
  %v9 = udiv i64 %v6, 4
  %v10 = mul i64 %v9, 144
  %v11 = getelementptr i8, ptr %packed, i64 %v10
  %v12 = urem i64 %v6, 4
  %v13 = mul i64 %v12, 4
  %v14 = getelementptr i8, ptr %v11, i64 %v13
  br label %loop3
loop3:
  %v15 = phi i64 [ 0, %loop2 ], [ %v39, %done5 ]
  %v16 = phi i32 [ 0, %loop2 ], [ %v36, %done5 ]
  br label %loop4
loop4:
  %v17 = phi i64 [ 0, %loop3 ], [ %v37, %loop4 ]
  %v18 = phi i32 [ %v16, %loop3 ], [ %v36, %loop4 ]
  %v19 = getelementptr i8, ptr %v8, i64 %v15
  %v20 = mul i64 %v17, 9
  %v21 = getelementptr i8, ptr %v19, i64 %v20
  %v22 = udiv i64 %v15, 3
  %v23 = urem i64 %v15, 3
  %v24 = mul i64 %v23, 3
  %v25 = add i64 %v24, %v17
  %v26 = mul i64 %v22, 48
  %v27 = getelementptr i8, ptr %v14, i64 %v26
  %v28 = udiv i64 %v25, 4
  %v29 = mul i64 %v28, 16
  %v30 = getelementptr i8, ptr %v27, i64 %v29
  %v31 = urem i64 %v25, 4
  %v32 = getelementptr i8, ptr %v30, i64 %v31
  %v33 = load i8, ptr %v21, align 1
  %v34 = sext i8 %v33 to i32
  %v35 = trunc i32 %v34 to i8
  store i8 %v35, ptr %v32, align 1
  %v36 = add i32 %v18, %v34
  %v37 = add i64 %v17, 1
  %v38 = icmp slt i64 %v37, 3
  br i1 %v38, label %loop4, label %done5
done5:
  %v39 = add i64 %v15, 1
  %v40 = icmp slt i64 %v39, 9
  br i1 %v40, label %loop3, label %done6
done6:
  %v41 = mul i32 %v36, 128
  %v42 = mul i64 %v6, 4
  %v43 = getelementptr i8, ptr %v5, i64 %v42
  store i32 %v41, ptr %v43, align 4
  %v44 = add i64 %v6, 1
  %v45 = icmp slt i64 %v44, 4
  br i1 %v45, label %loop2, label %done7
done7:
  ret void
}

define void @octune_unpack_out(ptr noalias nocapture readonly %packed, ptr noalias nocapture %plain) #0 {
entry:
  br label %loop0
loop0:
  %v0 = phi i64 [ 0, %entry ], [ %v20, %done4 ]
  %v1 = phi ptr [ %packed, %entry ], [ %v18, %done4 ]
  %v2 = phi ptr [ %plain, %entry ], [ %v19, %done4 ]
  br label %loop1
loop1:
  %v3 = phi i64 [ 0, %loop0 ], [ %v16, %done3 ]
  %v4 = phi ptr [ %v1, %loop0 ], [ %v14, %done3 ]
  %v5 = phi ptr [ %v2, %loop0 ], [ %v15, %done3 ]
  br label %loop2
loop2:
  %v6 = phi i64 [ 0, %loop1 ], [ %v12, %loop2 ]
  %v7 = phi ptr [ %v4, %loop1 ], [ %v10, %loop2 ]
  %v8 = phi ptr [ %v5, %loop1 ], [ %v11, %loop2 ]
  %v9 = load i32, ptr %v7, align 4
  store i32 %v9, ptr %v8, align 4
  %v10 = getelementptr i8, ptr %v7, i64 16
  %v11 = getelementptr i8, ptr %v8, i64 4
  %v12 = add i64 %v6, 1
  %v13 = icmp slt i64 %v12, 3
  br i1 %v13, label %loop2, label %done3
done3:
  %v14 = getelementptr i8, ptr %v4, i64 48
  %v15 = getelementptr i8, ptr %v5, i64 12
  %v16 = add i64 %v3, 1
  %v17 = icmp slt i64 %v16, 3
  br i1 %v17, label %loop1, label %done4
done4:
  %v18 = getelementptr i8, ptr %v1, i64 4
  %v19 = getelementptr i8, ptr %v2, i64 36
  %v20 = add i64 %v0, 1
  %v21 = icmp slt i64 %v20, 4
  br i1 %v21, label %loop0, label %done5
done5:
  %v22 = getelementptr i8, ptr %packed, i64 144
  %v23 = getelementptr i8, ptr %plain, i64 144
  ret void
}

attributes #0 = { nounwind "no-builtins" "no-jump-tables"="true" optnone noinline "target-cpu"="generic" "target-features"="+neon,+dotprod" "tune-cpu"="cortex-a76" }
